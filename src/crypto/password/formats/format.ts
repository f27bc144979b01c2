import { equalsConstantTime } from '../../equals-constant-time.js';

/** A longer text is no hash. A wrapped hash of the longest hash stays below. */
export const MAX_LENGTH = 8192;

/** What some formats need besides the stored hash. The server has it from its settings, the database never. */
export interface HashSecrets {
  /** Text that the legacy application appended to passwords. */
  readonly pepper?: string | undefined;
  /** The signer key of a Firebase project, in base64. */
  readonly firebaseSignerKey?: string | undefined;
}

/** Computes what a format stores of a password, before it is encoded. */
export type Derive = (password: string) => Promise<Buffer> | Buffer;

/** A stored hash, taken apart. */
export interface ParsedHash {
  readonly digest: Buffer;
  /** Ways to compute the digest. Usually one. More if the hash does not say how it was made. */
  derivations(secrets: HashSecrets): readonly Derive[];
  /** True if the hash has no salt, is fast, or has fewer rounds than OWASP asks for. */
  readonly weak: boolean;
  /** The same hash with zeros for its digest. Has the same format, salt and parameters. */
  readonly bare: string;
}

/** One row of the table of formats. */
export interface Format {
  readonly id: string;
  /** What it is, for people. */
  readonly about: string;
  /** An example, shortened. */
  readonly example: string;
  /**
   * The first letters, all of them. SQL compares them before anything else. Undefined if the format has no such letters;
   * SQL then asks `isUsable` last.
   */
  readonly prefix?: string;
  /** SQL: true if the server can verify the hash. `hash` is SQL of a text that begins with `prefix`. Never fails. */
  isUsable(hash: string): string;
  /** SQL: true if the hash is weak. Called only for usable hashes. */
  isWeak(hash: string): string;
  /** Undefined if the hash has another format, is malformed, or costs more than a sign-in may cost. */
  parse(stored: string): ParsedHash | undefined;
}

/** For formats in which every hash is weak. */
export const always = (): string => 'true';
export const never = (): string => 'false';

/** SQL: true if the hash matches. The pattern means the same to JavaScript and PostgreSQL and counts no repetitions. */
export const matches = (hash: string, pattern: RegExp): string =>
  `${hash} ~ '${withoutCaptures(pattern).replaceAll("'", "''")}'`;

/** PostgreSQL takes twice as long if a pattern captures groups. */
const withoutCaptures = ({ source }: RegExp): string => source.replaceAll(/(?<!\\)\((?!\?)/g, '(?:');

/** SQL: true if the hash matches, and then the conditions hold, which may fail for other texts. */
export const matchesAnd = (hash: string, pattern: RegExp, ...conditions: string[]): string =>
  `case when ${matches(hash, pattern)} then ${conditions.map((condition) => `(${condition})`).join(' and ')} else false end`;

/** SQL: the part after the separator number `position - 1`. */
export const part = (hash: string, position: number, separator = '$'): string =>
  `split_part(${hash}, '${separator}', ${position})`;

/** SQL: the digits that match the first group of the pattern, as a number of any length. */
export const numberIn = (hash: string, pattern: RegExp): string =>
  `substring(${hash} from '${pattern.source.replaceAll("'", "''")}')::numeric`;

/** SQL: the number of bytes that a base64 text stands for. */
export const bytesInBase64 = (text: string): string => `(length(rtrim(${text}, '=')) * 3 / 4)`;

export const bytesIn = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);

/** Reads base64 with and without padding, and passlib's "adapted base64", which has `.` for `+`. */
export const fromBase64 = (text: string): Buffer => Buffer.from(text.replaceAll('.', '+'), 'base64');

export const unpadded = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/** Puts zeros in the place of the digest, with which the hash ends. */
export function withoutDigest(stored: string, digest: string, zero: string): string {
  return stored.slice(0, stored.length - digest.length) + digest.replaceAll(/[^=]/g, zero);
}

/** A format that is another format behind a prefix of its own, such as `{bcrypt}$2a$…`. */
export function prefixed(
  inner: Format,
  {
    prefix,
    ...names
  }: { readonly id: string; readonly about: string; readonly example: string; readonly prefix: string },
  change: (derive: Derive) => Derive = (derive) => derive,
): Format {
  const rest = (hash: string) => `substr(${hash}, ${prefix.length + 1})`;
  return {
    ...names,
    prefix,
    isUsable: (hash) => inner.isUsable(rest(hash)),
    isWeak: (hash) => inner.isWeak(rest(hash)),
    parse: (stored) => {
      const parsed = stored.startsWith(prefix) ? inner.parse(stored.slice(prefix.length)) : undefined;
      if (!parsed) return undefined;
      return {
        ...parsed,
        bare: prefix + parsed.bare,
        derivations: (secrets) => parsed.derivations(secrets).map(change),
      };
    },
  };
}

/** True if one of the derivations gives the digest. */
export async function verifies(hash: ParsedHash, password: string, secrets: HashSecrets): Promise<boolean> {
  for (const derive of hash.derivations(secrets)) {
    if (equalsConstantTime(await derive(password), hash.digest)) return true;
  }
  return false;
}
