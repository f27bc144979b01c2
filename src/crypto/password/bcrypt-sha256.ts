import { createHash, createHmac } from 'node:crypto';
import bcrypt from 'bcrypt';
import { bcryptDigest, type BcryptHash, isWeakCost } from './bcrypt.js';
import { type Format, matches, part } from './formats/format.js';

export interface BcryptSha256Hash extends BcryptHash {
  readonly version: 1 | 2;
}

const STORED = /^\$bcrypt-sha256\$(v=2,t=2b,r=|2[ab],)(0?[4-9]|1\d|20)\$([./A-Za-z0-9]+)\$([./A-Za-z0-9]+)$/;
const WEAK = /^\$bcrypt-sha256\$[^$]*[=,]0?\d\$/;

/**
 * passlib's bcrypt over SHA-256, for passwords of any length. Version 1 is `$bcrypt-sha256$2b,12$salt$digest`, version
 * 2 (since passlib 1.7.3) is `$bcrypt-sha256$v=2,t=2b,r=12$salt$digest`. Undefined if malformed or if the cost is out
 * of bounds. Source: passlib's `handlers/bcrypt.py` and its documentation of `bcrypt_sha256`.
 */
export function parseBcryptSha256(stored: string): BcryptSha256Hash | undefined {
  const [, kind = '', cost, salt = '', digest = ''] = STORED.exec(stored) ?? [];
  if (salt.length !== 22 || digest.length !== 31) return undefined;
  return { version: kind.startsWith('v') ? 2 : 1, cost: Number(cost), salt, digest };
}

/** Always writes version 2. */
export async function hashBcryptSha256(password: string, cost: number): Promise<string> {
  const salt = (await bcrypt.genSalt(cost)).slice('$2b$00$'.length);
  const computed = await bcrypt.hash(
    shortened(password, salt, 2),
    `$2b$${String(cost).padStart(2, '0')}$${salt}`,
  );
  return `$bcrypt-sha256$v=2,t=2b,r=${cost}$${salt}$${computed.slice(-31)}`;
}

/** 44 characters of base64, which fit into bcrypt's 72 bytes and contain no NUL. */
function shortened(password: string, salt: string, version: 1 | 2): Buffer {
  const hash = version === 2 ? createHmac('sha256', salt) : createHash('sha256');
  return Buffer.from(hash.update(password).digest('base64'));
}

export const BCRYPT_SHA256: Format = {
  id: 'bcrypt-sha256',
  about: 'passlib: bcrypt over SHA-256, versions 1 and 2',
  example: '$bcrypt-sha256$v=2,t=2b,r=12$…',
  prefix: '$bcrypt-sha256$',
  isUsable: (hash) =>
    `length(${part(hash, 4)}) = 22 and length(${part(hash, 5)}) = 31 and ${matches(hash, STORED)}`,
  isWeak: (hash) => matches(hash, WEAK),
  parse: (stored) => {
    const hash = parseBcryptSha256(stored);
    if (!hash) return undefined;
    return {
      digest: Buffer.from(hash.digest),
      weak: isWeakCost(hash.cost),
      bare: stored.slice(0, -hash.digest.length) + '.'.repeat(hash.digest.length),
      derivations: () => [(password) => bcryptDigest(hash, shortened(password, hash.salt, hash.version))],
    };
  },
};
