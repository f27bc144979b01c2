import { makeSignature } from 'better-auth/crypto';
import { decodeCookieValue } from '../../src/cookies/decode-cookie-value.js';
import { SignedValues, openSignedValue, signValue } from '../../src/cookies/signed-value.js';

const secret = 'better-auth-secret-that-is-long-enough-for-validation-test';
const other = 'another-secret-that-is-long-enough-for-validation-tests';

describe('signValue', () => {
  it('returns vectors 1 and 2 of src/crypto/protocol.md, "Test vectors"', () => {
    const token = signValue('R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647', secret);
    expect(token).toBe('R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647.jT0He1be+3cTiaWXbUlSWXapu+bBx5o2X8XVnHjJJQc=');
    expect(encodeURIComponent(token)).toBe(
      'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647.jT0He1be%2B3cTiaWXbUlSWXapu%2BbBx5o2X8XVnHjJJQc%3D',
    );
    expect(signValue('true', secret)).toBe('true.+GWyWZdVZ8PROUXIWVoibVIpYog8HtVyZuwoJ6tqQyA=');
  });

  it('signs like Better Auth', async () => {
    for (const value of ['x', 'a.b.c', 'ñ😀', '100%']) {
      expect(signValue(value, secret)).toBe(`${value}.${await makeSignature(value, secret)}`);
    }
  });
});

describe('openSignedValue', () => {
  it.each(['x', 'a.b.c', '.', 'ñ😀', '100%', '100%25', 'true=', `${'v'.repeat(44)}=`])(
    'opens %j, encoded as in the header and decoded',
    (value) => {
      const signed = signValue(value, secret);
      expect(openSignedValue(signed, [secret])).toEqual({ value, secretIndex: 0 });
      expect(openSignedValue(encodeURIComponent(signed), [secret])).toEqual({ value, secretIndex: 0 });
    },
  );

  it('returns the index of the secret that fits', () => {
    const signed = signValue('value', secret);
    expect(openSignedValue(signed, [other, secret])).toEqual({ value: 'value', secretIndex: 1 });
    expect(openSignedValue(signed, [secret, secret])).toEqual({ value: 'value', secretIndex: 0 });
    expect(openSignedValue(signed, [other])).toBeUndefined();
    expect(openSignedValue(signed, [])).toBeUndefined();
  });

  const signed = signValue('value', secret);
  it.each([
    '',
    '.',
    '=',
    'value',
    'value.',
    signed.slice(1),
    signed.slice(0, -1),
    `${signed}=`,
    `${signed} `,
    `x${signed}`,
    signed.replace('value', 'valuf'),
    signed.replace(/.=$/, '%='),
    signed.slice(signed.lastIndexOf('.')),
    signValue('', secret),
    `${signed}.${signed.slice(-44)}`,
    encodeURIComponent(encodeURIComponent(signed)),
    '%',
    '%E0%A4%A.x',
  ])('refuses %j', (forged) => {
    expect(openSignedValue(forged, [secret])).toBeUndefined();
  });

  it('accepts only one of the four base64 spellings of a signature', () => {
    // The last character before the padding has two unused bits.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = alphabet.indexOf(signed.at(-2) ?? '');
    expect(openSignedValue(`${signed.slice(0, -2)}${alphabet[last + 1]}=`, [secret])).toBeUndefined();
  });
});

describe('decodeCookieValue', () => {
  it('decodes encoded text and returns other text unchanged', () => {
    expect(decodeCookieValue('a%2Bb%3D')).toBe('a+b=');
    expect(decodeCookieValue('a+b=')).toBe('a+b=');
    expect(decodeCookieValue('100%')).toBe('100%');
    expect(decodeCookieValue('%E0%A4%A')).toBe('%E0%A4%A');
    expect(decodeCookieValue('')).toBe('');
  });
});

describe('SignedValues', () => {
  it('opens values again from its cache, and refuses forged values that resemble them', () => {
    const values = new SignedValues([other, secret], 2);
    const signed = ['a', 'b', 'c'].map((value) => signValue(value, secret));
    for (const _ of [1, 2]) {
      expect(signed.map((each) => values.open(each)?.value)).toEqual(['a', 'b', 'c']);
      expect(values.open(signed[0] ?? '')).toEqual({ value: 'a', secretIndex: 1 });
      expect(values.open(signed[0]?.replace('a.', 'b.') ?? '')).toBeUndefined();
      expect(values.open(signValue('a', 'a secret of somebody else'))).toBeUndefined();
    }
  });

  it('does not remember a long value, because the memory for all values has a limit', () => {
    const values = new SignedValues([secret]);
    const [short, long] = [signValue('x'.repeat(100), secret), signValue('x'.repeat(1000), secret)];
    expect(values.open(short)).toBe(values.open(short));
    expect(values.open(long)).not.toBe(values.open(long));
    expect(values.open(long)?.value).toHaveLength(1000);
  });
});
