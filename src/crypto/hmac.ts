import { createHmac } from 'node:crypto';

/**
 * HMAC-SHA256 (RFC 2104) of the UTF-8 `value` with the UTF-8 `secret` as key: padded standard base64, 44 characters.
 */
export function hmacSha256Base64(value: string, secret: string): string {
  return createHmac('sha256', secret).update(value).digest('base64');
}
