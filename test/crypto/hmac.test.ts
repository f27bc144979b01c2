import { makeSignature } from 'better-auth/crypto';
import { equalsConstantTime } from '../../src/crypto/equals-constant-time.js';
import { hmacSha256Base64 } from '../../src/crypto/hmac.js';

describe('hmacSha256Base64', () => {
  it('returns the same as Better Auth, for any text and secret', async () => {
    for (const [value, secret] of [
      ['', 'k'],
      ['true', 'better-auth-secret-that-is-long-enough-for-validation-test'],
      ['ñ😀', 'sécret'.repeat(20)],
    ] as const) {
      expect(hmacSha256Base64(value, secret)).toBe(await makeSignature(value, secret));
    }
  });
});

describe('equalsConstantTime', () => {
  it('compares text and bytes', () => {
    expect(equalsConstantTime('señor', 'señor')).toBe(true);
    expect(equalsConstantTime('señor', Buffer.from('señor'))).toBe(true);
    expect(equalsConstantTime('', '')).toBe(true);
    expect(equalsConstantTime('a', 'b')).toBe(false);
    expect(equalsConstantTime('a', 'aa')).toBe(false);
  });
});
