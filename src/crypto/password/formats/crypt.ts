import { hash as oneShot } from 'node:crypto';
import { type Format, matches, matchesAnd, numberIn, part, withoutDigest } from './format.js';
import { repeat } from './rounds.js';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The lowest 6 bits first. */
function encode24(high: number, middle: number, low: number, letters: number): string {
  let value = (high << 16) | (middle << 8) | low;
  let text = '';
  for (let n = 0; n < letters; n++, value >>= 6) text += ALPHABET[value & 63];
  return text;
}

const bytesOf = (algorithm: string, ...parts: readonly Uint8Array[]): Buffer =>
  oneShot(algorithm, Buffer.concat(parts), 'buffer');

/** The block repeated and cut to `length` bytes. */
function filled(block: Buffer, length: number): Buffer {
  const filling = Buffer.alloc(length);
  for (let at = 0; at < length; at += block.length) block.copy(filling, at);
  return filling;
}

/** The order in which round number `index` puts password and salt around the last result. */
function roundParts(index: number, last: Buffer, password: Buffer, salt: Buffer): Buffer[] {
  const odd = index % 2 === 1;
  const parts = [odd ? password : last];
  if (index % 3 !== 0) parts.push(salt);
  if (index % 7 !== 0) parts.push(password);
  parts.push(odd ? last : password);
  return parts;
}

/** MD5-crypt of FreeBSD and of Apache (`$apr1$`), by Poul-Henning Kamp. */
async function md5Crypt(password: Buffer, salt: Buffer, magic: string): Promise<Buffer> {
  const alternate = bytesOf('md5', password, salt, password);
  const parts = [password, Buffer.from(magic), salt, filled(alternate, password.length)];
  for (let length = password.length; length > 0; length >>= 1) {
    parts.push(length % 2 === 1 ? Buffer.alloc(1) : password.subarray(0, 1));
  }
  let last = bytesOf('md5', ...parts);
  await repeat(1000, (index) => {
    last = bytesOf('md5', ...roundParts(index, last, password, salt));
  });
  const at = (index: number) => last[index] ?? 0;
  let text = '';
  for (let index = 0; index < 5; index++) {
    text += encode24(at(index), at(index + 6), at(index === 4 ? 5 : index + 12), 4);
  }
  return Buffer.from(text + encode24(0, 0, at(11), 2));
}

/** Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512", version 0.6. */
async function shaCrypt(
  algorithm: 'sha256' | 'sha512',
  password: Buffer,
  salt: Buffer,
  rounds: number,
): Promise<Buffer> {
  const alternate = bytesOf(algorithm, password, salt, password);
  const parts = [password, salt, filled(alternate, password.length)];
  for (let length = password.length; length > 0; length >>= 1) {
    parts.push(length % 2 === 1 ? alternate : password);
  }
  let last = bytesOf(algorithm, ...parts);
  const ofPassword = bytesOf(algorithm, ...Array.from(password, () => password));
  const ofSalt = bytesOf(algorithm, ...Array.from({ length: 16 + (last[0] ?? 0) }, () => salt));
  const [p, s] = [filled(ofPassword, password.length), filled(ofSalt, salt.length)];
  await repeat(rounds, (index) => {
    last = bytesOf(algorithm, ...roundParts(index, last, p, s));
  });
  return Buffer.from(algorithm === 'sha256' ? encodeSha256(last) : encodeSha512(last));
}

function encodeSha256(bytes: Buffer): string {
  const at = (index: number) => bytes[index] ?? 0;
  let text = '';
  let [a, b, c] = [0, 10, 20];
  for (let n = 0; n < 10; n++) {
    text += encode24(at(a), at(b), at(c), 4);
    [a, b, c] = [c + 1, a + 1, b + 1];
  }
  return text + encode24(0, at(31), at(30), 3);
}

function encodeSha512(bytes: Buffer): string {
  const at = (index: number) => bytes[index] ?? 0;
  let text = '';
  let [a, b, c] = [0, 21, 42];
  for (let n = 0; n < 21; n++) {
    text += encode24(at(a), at(b), at(c), 4);
    [a, b, c] = [b + 1, c + 1, a + 1];
  }
  return text + encode24(0, 0, at(63), 2);
}

function md5Format(id: string, magic: '$1$' | '$apr1$', about: string): Format {
  const stored = magic === '$1$' ? /^\$1\$([^$]*)\$([./A-Za-z0-9]+)$/ : /^\$apr1\$([^$]*)\$([./A-Za-z0-9]+)$/;
  return {
    id,
    about,
    example: `${magic}…$…`,
    prefix: magic,
    isUsable: (hash) =>
      `length(${part(hash, 3)}) <= 8 and length(${part(hash, 4)}) = 22 and ${matches(hash, stored)}`,
    isWeak: () => 'true',
    parse: (text) => {
      const [, salt = '', digest = ''] = stored.exec(text) ?? [];
      if (salt.length > 8 || digest.length !== 22) return undefined;
      return {
        digest: Buffer.from(digest),
        weak: true,
        bare: withoutDigest(text, digest, '.'),
        derivations: () => [(password) => md5Crypt(Buffer.from(password), Buffer.from(salt), magic)],
      };
    },
  };
}

const DEFAULT_ROUNDS = 5000;
const LEAST_ROUNDS = 1000;
/** One to two seconds. passlib's defaults are 656,000 and 535,000; crypt(3) allows a thousand times as many. */
const MAX_ROUNDS = 1_000_000;
/** OWASP names no count for these. A round costs about as much as one of PBKDF2. */
const STRONG_ROUNDS = { sha256: 600_000, sha512: 210_000 };
const ROUNDS = /^\$[56]\$rounds=(\d+)\$/;

function shaFormat(algorithm: 'sha256' | 'sha512'): Format {
  const [magic, letters] = algorithm === 'sha256' ? ['$5$', 43] : ['$6$', 86];
  const stored =
    algorithm === 'sha256'
      ? /^\$5\$(rounds=\d+\$)?([^$]*)\$([./A-Za-z0-9]+)$/
      : /^\$6\$(rounds=\d+\$)?([^$]*)\$([./A-Za-z0-9]+)$/;
  const salt = (hash: string) => `substring(${hash} from '^\\$.\\$(?:rounds=\\d+\\$)?([^$]*)')`;
  const rounds = (hash: string) => `coalesce(${numberIn(hash, ROUNDS)}, ${DEFAULT_ROUNDS})`;
  return {
    id: `${algorithm}-crypt`,
    about: `crypt(3): ${algorithm === 'sha256' ? 'SHA-256' : 'SHA-512'}`,
    example: `${magic}rounds=5000$…$…`,
    prefix: magic,
    isUsable: (hash) =>
      matchesAnd(
        hash,
        stored,
        `length(${salt(hash)}) <= 16 and length(substring(${hash} from '[^$]*$')) = ${letters}`,
        `${rounds(hash)} between ${LEAST_ROUNDS} and ${MAX_ROUNDS}`,
      ),
    isWeak: (hash) => `${rounds(hash)} < ${STRONG_ROUNDS[algorithm]}`,
    parse: (text) => {
      const [match, , saltText = '', digest = ''] = stored.exec(text) ?? [];
      const count = Number(ROUNDS.exec(text)?.[1] ?? DEFAULT_ROUNDS);
      if (match === undefined || saltText.length > 16 || digest.length !== letters) return undefined;
      if (count < LEAST_ROUNDS || count > MAX_ROUNDS) return undefined;
      return {
        digest: Buffer.from(digest),
        weak: count < STRONG_ROUNDS[algorithm],
        bare: withoutDigest(text, digest, '.'),
        derivations: () => [
          (password) => shaCrypt(algorithm, Buffer.from(password), Buffer.from(saltText), count),
        ],
      };
    },
  };
}

/** The fourth letter is the binary logarithm of the rounds. `G` is 18: about half a second. */
const PORTABLE = /^\$[PHS]\$[5-9A-G][./A-Za-z0-9]+$/;

/** phpass' encoding of bytes: three bytes are four letters, the lowest bits first. */
function encodePortable(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = Math.min(3, bytes.length - at);
    text += encode24(bytes[at + 2] ?? 0, bytes[at + 1] ?? 0, bytes[at] ?? 0, left + 1);
  }
  return text;
}

function portable(
  names: Pick<Format, 'id' | 'about' | 'example'>,
  { prefix, algorithm, length }: { prefix: string; algorithm: 'md5' | 'sha512'; length: number },
): Format {
  return {
    ...names,
    prefix,
    isUsable: (hash) => `length(${hash}) = ${length} and ${matches(hash, PORTABLE)}`,
    isWeak: () => 'true',
    parse: (stored) => {
      if (stored.length !== length || !stored.startsWith(prefix) || !PORTABLE.test(stored)) return undefined;
      const rounds = 2 ** ALPHABET.indexOf(stored.charAt(3));
      const salt = Buffer.from(stored.slice(4, 12));
      const digest = stored.slice(12);
      return {
        digest: Buffer.from(digest),
        weak: true,
        bare: withoutDigest(stored, digest, '.'),
        derivations: () => [
          async (password) => {
            const text = Buffer.from(password);
            let last = bytesOf(algorithm, salt, text);
            await repeat(rounds, () => {
              last = bytesOf(algorithm, last, text);
            });
            return Buffer.from(encodePortable(last).slice(0, digest.length));
          },
        ],
      };
    },
  };
}

const phpass = (prefix: string): Format =>
  portable(
    { id: 'phpass', about: 'phpass: WordPress before 6.8, phpBB', example: `${prefix}B…` },
    { prefix, algorithm: 'md5', length: 34 },
  );

/** The formats of crypt(3), which LDAP stores behind `{CRYPT}`. */
export const MD5_CRYPT = md5Format('md5-crypt', '$1$', 'crypt(3): MD5');
export const SHA256_CRYPT = shaFormat('sha256');
export const SHA512_CRYPT = shaFormat('sha512');

export const CRYPTS: readonly Format[] = [
  MD5_CRYPT,
  md5Format('apr1', '$apr1$', 'Apache: MD5'),
  SHA256_CRYPT,
  SHA512_CRYPT,
  phpass('$P$'),
  phpass('$H$'),
  portable(
    { id: 'drupal', about: 'Drupal 7 to 10: SHA-512', example: '$S$D…' },
    { prefix: '$S$', algorithm: 'sha512', length: 55 },
  ),
];
