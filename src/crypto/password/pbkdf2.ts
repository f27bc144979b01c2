import { pbkdf2 } from 'node:crypto';
import {
  bytesIn,
  bytesInBase64,
  type Derive,
  type Format,
  fromBase64,
  matchesAnd,
  numberIn,
  type ParsedHash,
  part,
  withoutDigest,
} from './formats/format.js';

export type Sha = 'sha1' | 'sha256' | 'sha512';

/** Rounds, times blocks of the digest: 2.5 to 4 seconds, and several times each framework's default. */
const MAX_ROUNDS: Readonly<Record<Sha, number>> = { sha1: 10_000_000, sha256: 10_000_000, sha512: 4_000_000 };
const BLOCK: Readonly<Record<Sha, number>> = { sha1: 20, sha256: 32, sha512: 64 };
/** OWASP's minimum. */
const STRONG: Readonly<Record<Sha, number>> = { sha1: 1_300_000, sha256: 600_000, sha512: 210_000 };
const SHORTEST = 16;
const LONGEST = 1024;

interface Pbkdf2Hash {
  readonly sha: Sha;
  readonly rounds: number;
  readonly salt: Buffer | string;
  readonly digest: Buffer;
  readonly bare: string;
}

export const isBearablePbkdf2 = (sha: Sha, rounds: number, bytes: number) =>
  rounds >= 1 &&
  bytes >= SHORTEST &&
  bytes <= LONGEST &&
  rounds * Math.ceil(bytes / BLOCK[sha]) <= MAX_ROUNDS[sha];

/** SQL: like `isBearablePbkdf2`. `sha` is SQL of `sha1`, `sha256` or `sha512`; `rounds` may have any length. */
function isBearableSql(sha: string, rounds: string, bytes: string): string {
  const block = `case ${sha} when 'sha1' then 20 when 'sha256' then 32 else 64 end`;
  return `${rounds} >= 1 and ${bytes} between ${SHORTEST} and ${LONGEST}
    and ${rounds} * ceil(${bytes}::numeric / (${block})) <=
      case ${sha} when 'sha1' then ${MAX_ROUNDS.sha1} when 'sha256' then ${MAX_ROUNDS.sha256} else ${MAX_ROUNDS.sha512} end`;
}

const isWeakSql = (sha: string, rounds: string) =>
  `${rounds} < case ${sha} when 'sha1' then ${STRONG.sha1} when 'sha256' then ${STRONG.sha256} else ${STRONG.sha512} end`;

export const isWeakPbkdf2 = (sha: Sha, rounds: number): boolean => rounds < STRONG[sha];

/** PBKDF2 with HMAC (RFC 8018 §5.2), computed on libuv's threads. */
export function pbkdf2Key(
  password: string,
  { sha, rounds, salt, digest }: Omit<Pbkdf2Hash, 'bare'>,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, rounds, digest.length, sha, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function parsed(hash: Pbkdf2Hash): ParsedHash | undefined {
  const { sha, rounds, digest, bare } = hash;
  if (!isBearablePbkdf2(sha, rounds, digest.length)) return undefined;
  const derive: Derive = (password) => pbkdf2Key(password, hash);
  return { digest, weak: isWeakPbkdf2(sha, rounds), bare, derivations: () => [derive] };
}

const shaOf = (name: string | undefined): Sha => (name === 'sha256' || name === 'sha512' ? name : 'sha1');

/** `$pbkdf2-sha256$29000$…` is passlib's, `$pbkdf2-sha256$i=29000,l=32$…` is PHC's. `$pbkdf2$` means SHA-1. */
const MODULAR =
  /^\$pbkdf2(-(sha1|sha256|sha512))?\$([il]=\d+,)*(i=)?(\d+)(,l=\d+)*\$([./+A-Za-z0-9]*)=*\$([./+A-Za-z0-9]+)=*$/;
const modularSha = (hash: string) => `coalesce(nullif(${part(part(hash, 2), 2, '-')}, ''), 'sha1')`;
const modularRounds = (hash: string) =>
  `coalesce(${numberIn(part(hash, 3), /(?:^|,)i=(\d+)/)}, ${numberIn(part(hash, 3), /^(\d+)$/)}, 0)`;

const MODULAR_PBKDF2: Format = {
  id: 'pbkdf2',
  about:
    'PBKDF2 with SHA-1, SHA-256 or SHA-512 of passlib and Phoenix, and in PHC form with parameters in any order',
  example: '$pbkdf2-sha256$29000$…',
  prefix: '$pbkdf2',
  isUsable: (hash) =>
    matchesAnd(
      hash,
      MODULAR,
      isBearableSql(modularSha(hash), modularRounds(hash), bytesInBase64(part(hash, 5))),
    ),
  isWeak: (hash) => isWeakSql(modularSha(hash), modularRounds(hash)),
  parse: (stored) => {
    const match = MODULAR.exec(stored);
    if (!match) return undefined;
    const [, , parameters = '', salt = '', digest = ''] = stored.split('$');
    return parsed({
      sha: shaOf(match[2]),
      rounds: Number(/(?:^|,)i=(\d+)/.exec(parameters)?.[1] ?? (/^\d+$/.test(parameters) ? parameters : 0)),
      salt: fromBase64(salt),
      digest: fromBase64(digest).subarray(0, bytesIn(digest)),
      bare: withoutDigest(stored, digest, 'A'),
    });
  },
};

/** The salt is plain text. Source: `django.contrib.auth.hashers.PBKDF2PasswordHasher`. */
const DJANGO = /^pbkdf2_(sha1|sha256|sha512)\$(\d+)\$([^$]+)\$([A-Za-z0-9+/]+=*)$/;
const djangoSha = (hash: string) => part(part(hash, 1), 2, '_');
const djangoRounds = (hash: string) => `${part(hash, 2)}::numeric`;
/** The digest is one block. */
const isOneBlock = (sha: string, bytes: string) =>
  `${bytes} = case ${sha} when 'sha1' then 20 when 'sha256' then 32 else 64 end`;

const DJANGO_PBKDF2: Format = {
  id: 'django-pbkdf2',
  about: 'Django: PBKDF2 with SHA-256 or SHA-1',
  example: 'pbkdf2_sha256$600000$…',
  prefix: 'pbkdf2_',
  isUsable: (hash) => {
    const bytes = bytesInBase64(part(hash, 4));
    return matchesAnd(
      hash,
      DJANGO,
      isOneBlock(djangoSha(hash), bytes),
      isBearableSql(djangoSha(hash), djangoRounds(hash), bytes),
    );
  },
  isWeak: (hash) => isWeakSql(djangoSha(hash), djangoRounds(hash)),
  parse: (stored) => {
    const [, name, rounds, salt = '', digest = ''] = DJANGO.exec(stored) ?? [];
    const sha = shaOf(name);
    if (bytesIn(digest) !== BLOCK[sha]) return undefined;
    return parsed({
      sha,
      rounds: Number(rounds),
      salt,
      digest: fromBase64(digest),
      bare: withoutDigest(stored, digest, 'A'),
    });
  },
};

const WERKZEUG = /^pbkdf2:(sha1|sha256|sha512):(\d+)\$([^$]+)\$([0-9a-f]+)$/;
const werkzeugSha = (hash: string) => part(hash, 2, ':');
const werkzeugRounds = (hash: string) => numberIn(hash, /^pbkdf2:[a-z0-9]+:(\d+)/);

const WERKZEUG_PBKDF2: Format = {
  id: 'werkzeug-pbkdf2',
  about: 'Werkzeug (Flask): PBKDF2 with SHA-1, SHA-256 or SHA-512',
  example: 'pbkdf2:sha256:600000$…$…',
  prefix: 'pbkdf2:',
  isUsable: (hash) => {
    const bytes = `(length(${part(hash, 3)}) / 2.0)`;
    return matchesAnd(
      hash,
      WERKZEUG,
      isOneBlock(werkzeugSha(hash), bytes),
      isBearableSql(werkzeugSha(hash), werkzeugRounds(hash), bytes),
    );
  },
  isWeak: (hash) => isWeakSql(werkzeugSha(hash), werkzeugRounds(hash)),
  parse: (stored) => {
    const [, name, rounds, salt = '', digest = ''] = WERKZEUG.exec(stored) ?? [];
    const sha = shaOf(name);
    if (digest.length !== BLOCK[sha] * 2) return undefined;
    return parsed({
      sha,
      rounds: Number(rounds),
      salt,
      digest: Buffer.from(digest, 'hex'),
      bare: withoutDigest(stored, digest, '0'),
    });
  },
};

/** Salt and digest of a fixed length in hexadecimal, with rounds that Spring knows by the name. */
function springPbkdf2(
  prefix: string,
  { sha, saltBytes, rounds }: { sha: Sha; saltBytes: number; rounds: readonly number[] },
): Format {
  const length = (saltBytes + 32) * 2;
  const stored = /^\{[^}]+\}[0-9a-f]+$/;
  return {
    id: 'spring-pbkdf2',
    about: 'Spring Security: PBKDF2',
    example: `${prefix}5d923b44…`,
    prefix,
    isUsable: (hash) => `length(${hash}) = ${prefix.length + length} and ${hash} ~ '${stored.source}'`,
    isWeak: () => 'true',
    parse: (text) => {
      if (text.length !== prefix.length + length || !text.startsWith(prefix) || !stored.test(text))
        return undefined;
      const bytes = Buffer.from(text.slice(prefix.length), 'hex');
      const [salt, digest] = [bytes.subarray(0, saltBytes), bytes.subarray(saltBytes)];
      return {
        digest,
        weak: true,
        bare: withoutDigest(text, digest.toString('hex'), '0'),
        derivations: () =>
          rounds.map((count) => (password) => pbkdf2Key(password, { sha, rounds: count, salt, digest })),
      };
    },
  };
}

export { parsed as parsedPbkdf2, isBearableSql as isBearablePbkdf2Sql, isWeakSql as isWeakPbkdf2Sql };

export const PBKDF2S: readonly Format[] = [
  MODULAR_PBKDF2,
  DJANGO_PBKDF2,
  WERKZEUG_PBKDF2,
  springPbkdf2('{pbkdf2}', { sha: 'sha1', saltBytes: 8, rounds: [185_000] }),
  // Spring's own count, and the one of applications that lowered it under the same name.
  springPbkdf2('{pbkdf2@SpringSecurity_v5_8}', { sha: 'sha256', saltBytes: 16, rounds: [310_000, 3100] }),
];
