import { randomBytes } from 'node:crypto';
import argon2 from 'argon2';
import {
  type Format,
  fromBase64,
  matchesAnd,
  numberIn,
  part,
  unpadded,
  withoutDigest,
} from './formats/format.js';

/** OWASP's first recommendation for argon2id: memory in KiB, passes, lanes. */
const OWASP = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Limits for stored hashes: 1 GiB of memory, 4 GiB written over all passes (about 5 seconds), 64 threads. */
const MAX_MEMORY = 1_048_576;
const MAX_WORK = 4 * MAX_MEMORY;
const MAX_LANES = 64;
/** OWASP's recommendation with the least memory and the most passes: 7 MiB and 5. All of them write about 35 MiB. */
const LEAST_MEMORY = 7168;
const LEAST_WORK = 7168 * 5;

export interface Argon2Cost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

export interface Argon2Hash extends Argon2Cost {
  readonly variant: 'argon2id' | 'argon2i';
  /** 19 is the current version (RFC 9106), 16 the one before. A hash without a version has version 16. */
  readonly version: number;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

const STORED =
  /^\$argon2(id|i)\$(v=(16|19)\$)?([mtp]=\d+,[mtp]=\d+,[mtp]=\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const [MEMORY, PASSES, LANES] = [/(?:^|,)m=(\d+)/, /(?:^|,)t=(\d+)/, /(?:^|,)p=(\d+)/];
/** SQL: the part with the parameters. The version before it may be missing. */
const parameters = (hash: string) =>
  `(case when starts_with(${part(hash, 3)}, 'v=') then ${part(hash, 4)} else ${part(hash, 3)} end)`;

/**
 * `$argon2id$v=19$m=…,t=…,p=…$salt$digest` (PHC string format). The parameters may come in any order, because the
 * argon2 package writes `m,p,t`. Undefined if malformed or above the limits for stored hashes.
 */
export function parseArgon2(stored: string): Argon2Hash | undefined {
  const [, type, , version, parameters = '', salt = '', digest = ''] = STORED.exec(stored) ?? [];
  const of = new Map(parameters.split(',').map((pair) => [pair[0], Number(pair.slice(2))]));
  const cost = { memory: of.get('m') ?? 0, passes: of.get('t') ?? 0, lanes: of.get('p') ?? 0 };
  if (!isBearable(cost) || !within(salt, 11, 512) || !within(digest, 22, 512)) return undefined;
  return {
    variant: type === 'i' ? 'argon2i' : 'argon2id',
    version: Number(version ?? 16),
    ...cost,
    salt: fromBase64(salt),
    digest: fromBase64(digest),
  };
}

const within = (text: string, least: number, most: number) => text.length >= least && text.length <= most;

/** False for a cost that argon2 does not allow, or that would hold up the server. */
export function isBearable({ memory, passes, lanes }: Argon2Cost): boolean {
  const sensible = passes >= 1 && lanes >= 1 && lanes <= MAX_LANES && memory >= 8 * lanes;
  return sensible && memory <= MAX_MEMORY && memory * passes <= MAX_WORK;
}

/** SQL: like `isBearable`, on numbers of any length; false if one is missing. */
const isBearableSql = (memory: string, passes: string, lanes: string) =>
  `coalesce(${passes} >= 1 and ${lanes} between 1 and ${MAX_LANES} and ${memory} >= 8 * ${lanes}
    and ${memory} <= ${MAX_MEMORY} and ${memory} * ${passes} <= ${MAX_WORK}, false)`;

/** True if the hash needs less memory or less work than every recommendation of OWASP, or is not argon2id. */
export const isWeakArgon2 = ({ variant, memory, passes }: Argon2Cost & { variant: string }): boolean =>
  variant !== 'argon2id' || memory < LEAST_MEMORY || memory * passes < LEAST_WORK;

/** True if the hash needs at least as much memory and as much work as a new hash. */
export function isStrongArgon2id({ variant, version, memory, passes }: Argon2Hash): boolean {
  const work = memory * passes;
  const strong = memory >= OWASP.memoryCost && work >= OWASP.memoryCost * OWASP.timeCost;
  return variant === 'argon2id' && version === 19 && strong;
}

/**
 * Formats the hash itself, because libargon2, and so Python and PHP, accept the parameters only in the order `m,t,p`.
 */
export async function hashArgon2id(password: string | Buffer): Promise<string> {
  const salt = randomBytes(16);
  const digest = await argon2.hash(password, { ...OWASP, salt, type: argon2.argon2id, raw: true });
  const { memoryCost, timeCost, parallelism } = OWASP;
  const parameters = `m=${memoryCost},t=${timeCost},p=${parallelism}`;
  return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(digest)}`;
}

export function argon2Digest(hash: Argon2Hash, password: string | Buffer): Promise<Buffer> {
  const { variant, version, memory, passes, lanes, salt, digest } = hash;
  return argon2.hash(password, {
    type: argon2[variant],
    version,
    memoryCost: memory,
    timeCost: passes,
    parallelism: lanes,
    salt,
    hashLength: digest.length,
    raw: true,
  });
}

export const ARGON2: Format = {
  id: 'argon2',
  about: 'argon2id and argon2i in PHC form, parameters in any order',
  example: '$argon2id$v=19$m=19456,t=2,p=1$…',
  prefix: '$argon2',
  isUsable: (hash) => {
    const [salt, digest] = [
      `split_part(${hash}, '$', ${parts(hash)} - 1)`,
      `split_part(${hash}, '$', ${parts(hash)})`,
    ];
    return matchesAnd(
      hash,
      STORED,
      isBearableSql(
        numberIn(parameters(hash), MEMORY),
        numberIn(parameters(hash), PASSES),
        numberIn(parameters(hash), LANES),
      ),
      `length(${salt}) between 11 and 512 and length(${digest}) between 22 and 512`,
    );
  },
  isWeak: (hash) =>
    `${part(hash, 2)} <> 'argon2id' or ${numberIn(parameters(hash), MEMORY)} < ${LEAST_MEMORY}
     or ${numberIn(parameters(hash), MEMORY)} * ${numberIn(parameters(hash), PASSES)} < ${LEAST_WORK}`,
  parse: (stored) => {
    const hash = parseArgon2(stored);
    if (!hash) return undefined;
    return {
      digest: hash.digest,
      weak: isWeakArgon2(hash),
      bare: withoutDigest(stored, stored.slice(stored.lastIndexOf('$') + 1), 'A'),
      derivations: () => [(password) => argon2Digest(hash, password)],
    };
  },
};

/** SQL: the number of parts between `$`. Version 16 may have one part less. */
const parts = (hash: string) => `(length(${hash}) - length(replace(${hash}, '$', '')) + 1)`;
