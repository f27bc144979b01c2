import { createHash, createHmac, hash as oneShot } from 'node:crypto';
import {
  always,
  bytesIn,
  bytesInBase64,
  type Derive,
  type Format,
  fromBase64,
  type HashSecrets,
  matches,
  matchesAnd,
  numberIn,
  part,
  withoutDigest,
} from './format.js';
import { repeat } from './rounds.js';

export const DIGESTS = { md5: 16, sha1: 20, sha256: 32, sha512: 64 } as const;
export type Digest = keyof typeof DIGESTS;

const digestOf = (algorithm: Digest, ...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash(algorithm);
  for (const item of parts) hash.update(item);
  return hash.digest();
};

const isDigest = (name: string | undefined): name is Digest =>
  name !== undefined && Object.hasOwn(DIGESTS, name);

const HEX = /^[0-9a-fA-F]+$/;
const BY_LENGTH: Readonly<Record<number, Digest>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' };

/** The length alone says which digest it is. */
export const PLAIN_HEX: Format = {
  id: 'plain-digest',
  about: 'MD5, SHA-1 or SHA-256 of the password alone, in hexadecimal',
  example: '5f4dcc3b…',
  isUsable: (hash) => `length(${hash}) in (32, 40, 64) and ${matches(hash, HEX)}`,
  isWeak: always,
  parse: (stored) => {
    const algorithm = HEX.test(stored) ? BY_LENGTH[stored.length] : undefined;
    if (!algorithm) return undefined;
    return {
      digest: Buffer.from(stored, 'hex'),
      weak: true,
      bare: withoutDigest(stored, stored, '0'),
      derivations: () => [(password) => digestOf(algorithm, password)],
    };
  },
};

/** Django writes the digest of salt and password, Werkzeug before 2.3 an HMAC with the salt as its key. */
function salted(algorithm: Digest): Format {
  const stored = {
    md5: /^md5\$([^$]+)\$([0-9a-f]+)$/,
    sha1: /^sha1\$([^$]+)\$([0-9a-f]+)$/,
    sha256: /^sha256\$([^$]+)\$([0-9a-f]+)$/,
    sha512: /^sha512\$([^$]+)\$([0-9a-f]+)$/,
  }[algorithm];
  const letters = DIGESTS[algorithm] * 2;
  return {
    id: `salted-${algorithm}`,
    about: `Django and Werkzeug: ${algorithm.toUpperCase()} with salt`,
    example: `${algorithm}$…$…`,
    prefix: `${algorithm}$`,
    isUsable: (hash) => `length(${part(hash, 3)}) = ${letters} and ${matches(hash, stored)}`,
    isWeak: always,
    parse: (text) => {
      const [, salt = '', digest = ''] = stored.exec(text) ?? [];
      if (digest.length !== letters) return undefined;
      return {
        digest: Buffer.from(digest, 'hex'),
        weak: true,
        bare: withoutDigest(text, digest, '0'),
        derivations: () => [
          (password) => digestOf(algorithm, salt, password),
          (password) => createHmac(algorithm, salt).update(password).digest(),
        ],
      };
    },
  };
}

/** RFC 2307: the digest, and behind it the salt, in base64. Names of schemes have no case; directories write both. */
function ldap(name: string, algorithm: Digest, hasSalt: boolean): Format {
  const prefix = `{${name}}`;
  const stored = /^\{[A-Za-z0-9]+\}[A-Za-z0-9+/]+=*$/;
  const size = DIGESTS[algorithm];
  const fits = (bytes: number) => (hasSalt ? bytes > size && bytes <= size + 64 : bytes === size);
  return {
    id: `ldap-${name.toLowerCase()}`,
    about: `LDAP: ${algorithm.toUpperCase()}${hasSalt ? ' with salt' : ''}`,
    example: `${prefix}…`,
    prefix,
    isUsable: (hash) => {
      const bytes = bytesInBase64(`substr(${hash}, ${prefix.length + 1})`);
      const fitting = hasSalt ? `${bytes} > ${size} and ${bytes} <= ${size + 64}` : `${bytes} = ${size}`;
      return `${fitting} and ${matches(hash, stored)}`;
    },
    isWeak: always,
    parse: (text) => {
      if (!text.startsWith(prefix) || !stored.test(text) || !fits(bytesIn(text.slice(prefix.length))))
        return undefined;
      const bytes = Buffer.from(text.slice(prefix.length), 'base64');
      const salt = bytes.subarray(size);
      return {
        digest: bytes.subarray(0, size),
        weak: true,
        bare: prefix + Buffer.concat([Buffer.alloc(size), salt]).toString('base64'),
        derivations: () => [(password) => digestOf(algorithm, password, salt)],
      };
    },
  };
}

const SCHEMES: readonly (readonly [string, Digest, boolean])[] = [
  ['SSHA', 'sha1', true],
  ['SSHA256', 'sha256', true],
  ['SSHA512', 'sha512', true],
  ['SMD5', 'md5', true],
  ['SHA', 'sha1', false],
  ['MD5', 'md5', false],
];

const SPRING_SHA256 = /^\{sha256\}[0-9a-f]+$/;

/** `StandardPasswordEncoder`: 8 bytes of salt, 1024 rounds. */
const SPRING_STANDARD: Format = {
  id: 'spring-sha256',
  about: 'Spring Security: SHA-256 with salt',
  example: '{sha256}97cde380…',
  prefix: '{sha256}',
  isUsable: (hash) => `length(${hash}) = 88 and ${matches(hash, SPRING_SHA256)}`,
  isWeak: always,
  parse: (stored) => {
    if (stored.length !== 88 || !SPRING_SHA256.test(stored)) return undefined;
    const bytes = Buffer.from(stored.slice('{sha256}'.length), 'hex');
    const [salt, digest] = [bytes.subarray(0, 8), bytes.subarray(8)];
    return {
      digest,
      weak: true,
      bare: withoutDigest(stored, digest.toString('hex'), '0'),
      derivations: () => [
        async (password) => {
          let last = digestOf('sha256', salt, password);
          await repeat(1023, () => {
            last = oneShot('sha256', last, 'buffer');
          });
          return last;
        },
      ],
    };
  },
};

/** The password itself. */
const SPRING_NOOP: Format = {
  id: 'spring-noop',
  about: 'Spring Security: the password itself',
  example: '{noop}…',
  prefix: '{noop}',
  isUsable: (hash) => `length(${hash}) > ${'{noop}'.length}`,
  isWeak: always,
  parse: (stored) => {
    if (!stored.startsWith('{noop}') || stored.length === '{noop}'.length) return undefined;
    return {
      digest: Buffer.from(stored.slice('{noop}'.length)),
      weak: true,
      bare: '{noop}-',
      derivations: () => [(password) => Buffer.from(password)],
    };
  },
};

/**
 * What a legacy application with a separate salt computes. The migrations write it, because such an application stores
 * only the digest: `$gatehouse-sha256$o=salt+password,i=1$<salt>$<digest>`, salt and digest in base64.
 */
export type Recipe = 'digest' | 'hmac' | 'symfony';
const RECIPE =
  /^\$gatehouse-(hmac-|symfony-)?(md5|sha1|sha256|sha512)\$o=([a-z+]+),i=(\d+)\$([A-Za-z0-9+/]*)\$([A-Za-z0-9+/]+)$/;
/** About a second. */
export const MAX_RECIPE_ROUNDS = 500_000;
const recipeDigest = (hash: string) =>
  `substring(${hash} from '^\\$gatehouse-(?:hmac-|symfony-)?(md5|sha1|sha256|sha512)\\$')`;
export const ORDER = /^(salt|password|pepper)(\+(salt|password|pepper))*$/;

const GATEHOUSE_DIGEST: Format = {
  id: 'gatehouse-digest',
  about: 'MD5, SHA-1, SHA-256 or SHA-512 with a salt from another column (`LEGACY_PASSWORD_FORMAT`)',
  example: '$gatehouse-sha256$o=salt+password,i=1$…$…',
  prefix: '$gatehouse-',
  isUsable: (hash) =>
    matchesAnd(
      hash,
      RECIPE,
      `${numberIn(hash, /,i=(\d+)\$/)} between 1 and ${MAX_RECIPE_ROUNDS}`,
      `${bytesInBase64(part(hash, 5))} = case ${recipeDigest(hash)}
        when 'md5' then 16 when 'sha1' then 20 when 'sha256' then 32 else 64 end`,
      `${part(hash, 3)} ~ '^o=(salt|password|pepper)(\\+(salt|password|pepper))*,'`,
    ),
  isWeak: always,
  parse: (stored) => {
    const [, kind, name, order = '', count, salt = '', digest = ''] = RECIPE.exec(stored) ?? [];
    const rounds = Number(count);
    if (!isDigest(name) || !ORDER.test(order) || bytesIn(digest) !== DIGESTS[name]) return undefined;
    if (rounds < 1 || rounds > MAX_RECIPE_ROUNDS) return undefined;
    const settings = { algorithm: name, order: order.split('+'), salt: fromBase64(salt), rounds };
    return {
      digest: fromBase64(digest),
      weak: true,
      bare: withoutDigest(stored, digest, 'A'),
      derivations: (secrets) => [
        kind === 'symfony-' ? symfony(settings) : plain(settings, secrets, kind === 'hmac-'),
      ],
    };
  },
};

interface RecipeSettings {
  readonly algorithm: Digest;
  readonly order: readonly string[];
  readonly salt: Buffer;
  readonly rounds: number;
}

function plain(
  { algorithm, order, salt, rounds }: RecipeSettings,
  { pepper = '' }: HashSecrets,
  isHmac: boolean,
): Derive {
  return async (password) => {
    const named: Readonly<Record<string, string | Buffer>> = { salt, password, pepper };
    const parts = order.map((name) => named[name] ?? '');
    let last: Buffer;
    if (isHmac) {
      const hmac = createHmac(algorithm, salt);
      for (const item of parts) hmac.update(item);
      last = hmac.digest();
    } else last = digestOf(algorithm, ...parts);
    await repeat(rounds - 1, () => {
      last = oneShot(algorithm, last, 'buffer');
    });
    return last;
  };
}

/** Symfony's `MessageDigestPasswordEncoder`: every round appends the salted password again. */
function symfony({ algorithm, salt, rounds }: RecipeSettings): Derive {
  return async (password) => {
    const text = Buffer.concat([Buffer.from(`${password}{`), salt, Buffer.from('}')]);
    let last = oneShot(algorithm, text, 'buffer');
    await repeat(rounds - 1, () => {
      last = oneShot(algorithm, Buffer.concat([last, text]), 'buffer');
    });
    return last;
  };
}

export const DIGEST_FORMATS: readonly Format[] = [
  salted('md5'),
  salted('sha1'),
  salted('sha256'),
  salted('sha512'),
  ...SCHEMES.flatMap(([name, algorithm, hasSalt]) => [
    ldap(name, algorithm, hasSalt),
    ldap(name.toLowerCase(), algorithm, hasSalt),
  ]),
  SPRING_STANDARD,
  SPRING_NOOP,
  GATEHOUSE_DIGEST,
];
