import { randomBytes } from 'node:crypto';

/** For row ids, session tokens and reset tokens (src/crypto/protocol.md, "Ids and tokens"). */
export const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** For delete-account tokens (src/crypto/protocol.md, "Ids and tokens"). */
export const LOWERCASE_ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';
/**
 * For OAuth state and PKCE verifiers (src/crypto/protocol.md, "Ids and tokens"; a subset of RFC 7636 §4.1).
 */
export const URL_SAFE = `${ALPHANUMERIC}-_`;

/**
 * `length` random characters, each equally likely. Discards bytes above the largest multiple of the alphabet's size,
 * because taking them modulo the size would favour the first characters.
 * @throws {RangeError} if the alphabet has fewer than 2 or more than 256 characters.
 */
export function randomToken(length: number, alphabet: string = ALPHANUMERIC): string {
  if (alphabet.length < 2 || alphabet.length > 256)
    throw new RangeError(`The alphabet has ${alphabet.length} characters; it must have 2 to 256.`);
  const usable = 256 - (256 % alphabet.length);
  let token = '';
  while (token.length < length) {
    for (const byte of randomBytes(2 * (length - token.length))) {
      if (byte < usable && token.length < length) token += alphabet[byte % alphabet.length];
    }
  }
  return token;
}
