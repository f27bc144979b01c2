import { createHash } from 'node:crypto';

/** SHA-256 (FIPS 180-4) of the UTF-8 `value`: base64url without padding, 43 characters. */
export function sha256Base64Url(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
