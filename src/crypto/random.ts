import { randomBytes } from 'node:crypto';

/** Row ids, session and reset tokens (protocol.md §8). */
export const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** Delete-account tokens (protocol.md §8). */
export const LOWERCASE_ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** OAuth state and PKCE verifiers (protocol.md §8; a subset of RFC 7636 §4.1). */
export const URL_SAFE = `${ALPHANUMERIC}-_`;

/**
 * `length` characters, each equally likely: a byte past the last whole multiple of the alphabet is thrown
 * away, since taking it modulo the alphabet's size would favour the first characters.
 * @throws {RangeError} when the alphabet has fewer than 2 or more than 256 characters.
 */
export function randomToken(length: number, alphabet: string = ALPHANUMERIC): string {
  if (alphabet.length < 2 || alphabet.length > 256)
    throw new RangeError('An alphabet has 2 to 256 characters.');
  const usable = 256 - (256 % alphabet.length);
  let token = '';
  while (token.length < length) {
    for (const byte of randomBytes(2 * (length - token.length))) {
      if (byte < usable && token.length < length) token += alphabet[byte % alphabet.length];
    }
  }
  return token;
}
