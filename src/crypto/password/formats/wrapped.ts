import { argon2Digest, hashArgon2id, parseArgon2 } from '../argon2.js';
import { type Format, matches, MAX_LENGTH, never, type ParsedHash, unpadded } from './format.js';

/**
 * argon2id over a weak hash, for users whose password nobody knows until they sign in:
 * `$gatehouse-wrapped$<weak hash with zeros for its digest, in base64>$argon2id$v=19$m=…,t=…,p=…$salt$digest`. What
 * argon2id hashes is the digest of the weak hash.
 */
export const WRAPPED_PREFIX = '$gatehouse-wrapped$';
const STORED = /^\$gatehouse-wrapped\$([A-Za-z0-9+/]+)(\$argon2id\$[^$]+\$[^$]+\$[^$]+\$[^$]+)$/;

export function wrappedFormat(parseInner: (stored: string) => ParsedHash | undefined): Format {
  return {
    id: 'wrapped',
    about: 'argon2id over a weak hash (`WRAP_WEAK_HASHES`)',
    example: `${WRAPPED_PREFIX}…$argon2id$…`,
    prefix: WRAPPED_PREFIX,
    isUsable: (hash) => matches(hash, STORED),
    isWeak: never,
    parse: (stored) => {
      const [, bare = '', outer = ''] = STORED.exec(stored) ?? [];
      const inner = parseInner(Buffer.from(bare, 'base64').toString());
      const argon2 = parseArgon2(outer);
      if (!inner || !argon2) return undefined;
      return {
        digest: argon2.digest,
        weak: false,
        bare: stored,
        derivations: (secrets) =>
          inner
            .derivations(secrets)
            .map((derive) => async (password) => argon2Digest(argon2, await derive(password))),
      };
    },
  };
}

/** Undefined if the result would be too long. Computed on libuv's threads. */
export async function wrap({ bare, digest }: ParsedHash): Promise<string | undefined> {
  const wrapped = `${WRAPPED_PREFIX}${unpadded(Buffer.from(bare))}${await hashArgon2id(digest)}`;
  return wrapped.length <= MAX_LENGTH ? wrapped : undefined;
}
