import { hkdfSync } from 'node:crypto';

const SALT = 'better-auth:oauth-encryption:v1';

/** What Better Auth 1.7.25 encrypts under a key of its own. */
export type Purpose = 'oauth-state-cookie' | 'oauth-link-session-token';

/** HKDF-SHA256 (RFC 5869) of the secret, as hex: what is encrypted for one purpose cannot be passed off for another. */
export function purposeKey(secret: string, purpose: Purpose): string {
  return Buffer.from(hkdfSync('sha256', secret, SALT, `better-auth:${purpose}:v1`, 32)).toString('hex');
}
