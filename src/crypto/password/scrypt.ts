import { randomBytes, scrypt } from 'node:crypto';
import {
  type Derive,
  type Format,
  fromBase64,
  matches,
  matchesAnd,
  never,
  numberIn,
  part,
  prefixed,
  withoutDigest,
} from './formats/format.js';

const KEY_BYTES = 64;
const BETTER_AUTH = { N: 16_384, r: 16, p: 1 };

/** N × r × p of a stored hash: 512 MiB of memory with p = 1, about 2 seconds. */
const MAX_WORK = 2 ** 22;
/** N × r × p of OWASP's recommendation with the least work: N = 2^14, r = 8, p = 5. */
const STRONG_WORK = 2 ** 14 * 8 * 5;

export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** False for a cost that scrypt does not allow, or that would hold up the server. */
export function isBearableScrypt({ N, r, p }: ScryptCost): boolean {
  return N >= 2 && r >= 1 && p >= 1 && N * r * p <= MAX_WORK && Number.isInteger(Math.log2(N));
}

/** SQL: like `isBearableScrypt`, on numbers of any length; false if one is missing. */
export const isBearableScryptSql = (N: string, r: string, p: string): string =>
  `case when coalesce(${N} >= 2 and ${r} >= 1 and ${p} >= 1 and ${N} * ${r} * ${p} <= ${MAX_WORK}, false)
    then (${N})::bigint & ((${N})::bigint - 1) = 0 else false end`;

export const isWeakScrypt = ({ N, r, p }: ScryptCost): boolean => N * r * p < STRONG_WORK;
export const isWeakScryptSql = (N: string, r: string, p: string): string =>
  `${N} * ${r} * ${p} < ${STRONG_WORK}`;

/** Computed on libuv's threads. */
export function scryptKey(
  password: string,
  salt: string | Buffer,
  length: number,
  { N, r, p }: ScryptCost,
): Promise<Buffer> {
  const maxmem = 128 * r * (N + p + 2) * 2;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** Better Auth's `<salt>:<key>`: 32 and 128 hex characters (src/crypto/protocol.md, "Passwords"). */
const STORED = /^[0-9a-fA-F]+:[0-9a-fA-F]+$/;

export async function hashScrypt(password: string): Promise<string> {
  const salt = randomBytes(16).toString('hex');
  return `${salt}:${(await betterAuthKey(salt)(password)).toString('hex')}`;
}

/** Like Better Auth, uses the hex text of the salt and not the bytes it encodes. */
const betterAuthKey =
  (salt: string): Derive =>
  (password) =>
    scryptKey(password.normalize('NFKC'), salt, KEY_BYTES, BETTER_AUTH);

/** Never weak: the published better-auth beside us must read it, and it costs as much as our bcrypt. */
export const BETTER_AUTH_SCRYPT: Format = {
  id: 'scrypt',
  about: 'Better Auth: scrypt',
  example: '80aed88d…:2a9c7748…',
  isUsable: (hash) => `length(${hash}) = 161 and strpos(${hash}, ':') = 33 and ${matches(hash, STORED)}`,
  isWeak: never,
  parse: (stored) => {
    if (stored.length !== 161 || stored[32] !== ':' || !STORED.test(stored)) return undefined;
    const [salt = '', key = ''] = stored.split(':');
    return {
      digest: Buffer.from(key, 'hex'),
      weak: false,
      bare: withoutDigest(stored, key, '0'),
      derivations: () => [betterAuthKey(salt)],
    };
  },
};

interface ScryptHash extends ScryptCost {
  readonly salt: string | Buffer;
  readonly digest: Buffer;
  readonly bare: string;
}

const parsed = ({ salt, digest, bare, ...cost }: ScryptHash) =>
  isBearableScrypt(cost)
    ? {
        digest,
        weak: isWeakScrypt(cost),
        bare,
        derivations: () => [(password: string) => scryptKey(password, salt, digest.length, cost)],
      }
    : undefined;

const PHC = /^\$scrypt\$([a-z]+=\d+,[a-z]+=\d+,[a-z]+=\d+)\$([./+A-Za-z0-9]*)=*\$([./+A-Za-z0-9]+)=*$/;
const [LOG_N, PLAIN_N, R, P] = [/[$,]ln=(\d+)/, /[$,]n=(\d+)/, /[$,]r=(\d+)/, /[$,]p=(\d+)/];
/** SQL: N, from its logarithm or as it is. A logarithm above 30 is out of bounds in any case. */
const phcN = (hash: string) =>
  `(case when ${matches(hash, LOG_N)} then 2 ^ least(${numberIn(hash, LOG_N)}, 30) else ${numberIn(hash, PLAIN_N)} end)`;

/** Parameters in any order. Adonis writes `n=` and N itself, others `ln=` and its logarithm. */
const PHC_SCRYPT: Format = {
  id: 'phc-scrypt',
  about: 'scrypt in PHC form (passlib, Adonis), parameters in any order',
  example: '$scrypt$ln=16,r=8,p=1$…',
  prefix: '$scrypt$',
  isUsable: (hash) =>
    matchesAnd(
      hash,
      PHC,
      `${digestLength(part(hash, 5))} between 22 and 172`,
      isBearableScryptSql(phcN(hash), numberIn(hash, R), numberIn(hash, P)),
    ),
  isWeak: (hash) => isWeakScryptSql(phcN(hash), numberIn(hash, R), numberIn(hash, P)),
  parse: (stored) => {
    const [, parameters = '', salt = '', digest = ''] = PHC.exec(stored) ?? [];
    if (digest.length < 22 || digest.length > 172) return undefined;
    const number = (pattern: RegExp) => Number(pattern.exec(`$${parameters}`)?.[1] ?? Number.NaN);
    const log = number(LOG_N);
    return parsed({
      N: Number.isNaN(log) ? number(PLAIN_N) : 2 ** Math.min(log, 30),
      r: number(R),
      p: number(P),
      salt: fromBase64(salt),
      digest: fromBase64(digest),
      bare: withoutDigest(stored, stored.slice(stored.lastIndexOf('$') + 1), 'A'),
    });
  },
};

const digestLength = (text: string) => `length(rtrim(${text}, '='))`;

const DJANGO = /^scrypt\$(\d+)\$([^$]+)\$(\d+)\$(\d+)\$([A-Za-z0-9+/]+==)$/;

const DJANGO_SCRYPT: Format = {
  id: 'django-scrypt',
  about: 'Django: scrypt',
  example: 'scrypt$16384$…$8$5$…',
  prefix: 'scrypt$',
  isUsable: (hash) =>
    matchesAnd(hash, DJANGO, `length(${part(hash, 6)}) = 88`, isBearableScryptSql(...djangoCost(hash))),
  isWeak: (hash) => isWeakScryptSql(...djangoCost(hash)),
  parse: (stored) => {
    const [, N, salt = '', r, p, digest = ''] = DJANGO.exec(stored) ?? [];
    if (digest.length !== 88) return undefined;
    return parsed({
      N: Number(N),
      r: Number(r),
      p: Number(p),
      salt,
      digest: fromBase64(digest),
      bare: withoutDigest(stored, digest, 'A'),
    });
  },
};

const djangoCost = (hash: string): [string, string, string] => [
  `${part(hash, 2)}::numeric`,
  `${part(hash, 4)}::numeric`,
  `${part(hash, 5)}::numeric`,
];

const WERKZEUG = /^scrypt:(\d+):(\d+):(\d+)\$([^$]+)\$([0-9a-f]+)$/;

const WERKZEUG_SCRYPT: Format = {
  id: 'werkzeug-scrypt',
  about: 'Werkzeug (Flask): scrypt',
  example: 'scrypt:32768:8:1$…$…',
  prefix: 'scrypt:',
  isUsable: (hash) =>
    matchesAnd(hash, WERKZEUG, `length(${part(hash, 3)}) = 128`, isBearableScryptSql(...werkzeugCost(hash))),
  isWeak: (hash) => isWeakScryptSql(...werkzeugCost(hash)),
  parse: (stored) => {
    const [, N, r, p, salt = '', digest = ''] = WERKZEUG.exec(stored) ?? [];
    if (digest.length !== 128) return undefined;
    return parsed({
      N: Number(N),
      r: Number(r),
      p: Number(p),
      salt,
      digest: Buffer.from(digest, 'hex'),
      bare: withoutDigest(stored, digest, '0'),
    });
  },
};

const werkzeugCost = (hash: string): [string, string, string] => [
  numberIn(hash, /^scrypt:(\d+)/),
  numberIn(hash, /^scrypt:\d+:(\d+)/),
  numberIn(hash, /^scrypt:\d+:\d+:(\d+)/),
];

/** `log2(N) << 16 | r << 8 | p` in hexadecimal. */
const SPRING =
  /^\$([1-9a-f]|1[0-9a-f])([0-9a-f][0-9a-f])([0-9a-f][0-9a-f])\$([A-Za-z0-9+/]+=*)\$([A-Za-z0-9+/]+=*)$/;
const hexByte = (hash: string, group: string) =>
  `get_byte(decode(lpad(substring(${hash} from '${group}'), 2, '0'), 'hex'), 0)::numeric`;
const springCost = (hash: string): [string, string, string] => [
  `(2 ^ ${hexByte(hash, '^\\$([0-9a-f]+)[0-9a-f][0-9a-f][0-9a-f][0-9a-f]\\$')})`,
  hexByte(hash, '^\\$[0-9a-f]+([0-9a-f][0-9a-f])[0-9a-f][0-9a-f]\\$'),
  hexByte(hash, '^\\$[0-9a-f]+([0-9a-f][0-9a-f])\\$'),
];

const SPRING_SCRYPT: Format = {
  id: 'spring-scrypt',
  about: 'Spring Security: scrypt',
  example: '$e0801$…$…',
  isUsable: (hash) =>
    matchesAnd(
      hash,
      SPRING,
      `${digestLength(part(hash, 4))} between 22 and 172`,
      isBearableScryptSql(...springCost(hash)),
    ),
  isWeak: (hash) => isWeakScryptSql(...springCost(hash)),
  parse: (stored) => {
    const [, log = '', r = '', p = '', salt = '', digest = ''] = SPRING.exec(stored) ?? [];
    const length = digest.replace(/=+$/, '').length;
    if (length < 22 || length > 172) return undefined;
    return parsed({
      N: 2 ** parseInt(log, 16),
      r: parseInt(r, 16),
      p: parseInt(p, 16),
      salt: fromBase64(salt),
      digest: fromBase64(digest),
      bare: withoutDigest(stored, digest, 'A'),
    });
  },
};

const spring = (prefix: string): Format =>
  prefixed(SPRING_SCRYPT, {
    id: 'spring-scrypt',
    about: 'Spring Security: scrypt',
    example: `${prefix}$e0801$…`,
    prefix,
  });

export const SCRYPTS: readonly Format[] = [
  PHC_SCRYPT,
  DJANGO_SCRYPT,
  WERKZEUG_SCRYPT,
  spring('{scrypt}'),
  spring('{scrypt@SpringSecurity_v5_8}'),
];
