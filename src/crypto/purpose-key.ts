import { hkdfSync } from 'node:crypto';

const SALT = 'better-auth:oauth-encryption:v1';

/** Purposes for which Better Auth 1.7.25 encrypts with a separate key. */
export type Purpose = 'oauth-state-cookie' | 'oauth-link-session-token';

/** HKDF-SHA256 (RFC 5869) of the secret, as hex. A value encrypted for one purpose cannot be used for another. */
export function purposeKey(secret: string, purpose: Purpose): string {
  return Buffer.from(hkdfSync('sha256', secret, SALT, `better-auth:${purpose}:v1`, 32)).toString('hex');
}
