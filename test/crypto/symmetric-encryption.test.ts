import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import { DecryptionError } from '../../src/crypto/decryption-error.js';
import { decrypt, encrypt } from '../../src/crypto/symmetric-encryption.js';

const old = { version: 1, value: 'better-auth-secret-that-is-long-enough-for-validation-test' };
const current = { version: 2, value: 'another-secret-that-is-long-enough-for-validation-tests' };
const texts = ['', 'x', 'token ñ 😀', 'y'.repeat(10_000)];

describe('encrypt and decrypt', () => {
  it('decrypts vector 7 of src/crypto/protocol.md, "Test vectors"', () => {
    const ciphertext =
      '6db7ee3bb1a6399864a69f732ab2eb64c968865832ea0fd7784d9a927f8b9211139d6c1e6d37bc12e7eb06054ced1b00f00e162a9521ea404ce81780085342b982541411e7096e3190bc57adcb545b7da3ac04e410ab40f8a4cb0385811e7c3d82e15afce29511663c9072d2933d89cc8e09f3c176ae48c70b77ac56f0fd589e02f2cc490ea0c4ec841e5414475ed39063b994895f9b43d3ad43fc44fbe0441939dced555a38c3237f';
    expect(decrypt(ciphertext, { secrets: [old] })).toMatch(
      /^\{"crv":"Ed25519","d":"7LZEtuU_L7Zx6dxMvtAaKPQzhK9WpTwEAat_n6qakDU","x":"-7OD5TgRklE7KzwABarBbIBZfSZeq9YSBU9-vyYKHRI","kt/,
    );
  });

  it.each(texts)('encrypts so that Better Auth can decrypt', async (text) => {
    const bare = encrypt(text, { current: old, versioned: false });
    expect(bare).toMatch(/^([0-9a-f]{2}){40,}$/);
    expect(await symmetricDecrypt({ key: old.value, data: bare })).toBe(text);
    const envelope = encrypt(text, { current, versioned: true });
    expect(envelope).toMatch(/^\$ba\$2\$([0-9a-f]{2}){40,}$/);
    const key = { keys: new Map([[2, current.value]]), currentVersion: 2 };
    expect(await symmetricDecrypt({ key, data: envelope })).toBe(text);
  });

  it.each(texts)('decrypts what Better Auth encrypted', async (text) => {
    const bare = await symmetricEncrypt({ key: old.value, data: text });
    expect(decrypt(bare, { secrets: [old] })).toBe(text);
    const keys = new Map([[2, current.value]]);
    const envelope = await symmetricEncrypt({ key: { keys, currentVersion: 2 }, data: text });
    expect(decrypt(envelope, { secrets: [current] })).toBe(text);
  });

  it('encrypts the same text differently each time', () => {
    const key = { current, versioned: true };
    expect(encrypt('text', key)).not.toBe(encrypt('text', key));
  });
});

describe('a rotated secret', () => {
  it('still decrypts envelopes that name its version', () => {
    const envelope = encrypt('text', { current: old, versioned: true });
    expect(decrypt(envelope, { secrets: [current, old] })).toBe('text');
  });

  it('still decrypts bare hex, as the legacy secret or as one of the listed secrets', () => {
    const bare = encrypt('text', { current: old, versioned: false });
    expect(decrypt(bare, { secrets: [current], legacySecret: old.value })).toBe('text');
    expect(decrypt(bare, { secrets: [current, old] })).toBe('text');
  });

  it('decrypts nothing after it was removed from the list', () => {
    expect(() => decrypt(encrypt('text', { current: old, versioned: true }), { secrets: [current] })).toThrow(
      DecryptionError,
    );
    expect(() =>
      decrypt(encrypt('text', { current: old, versioned: false }), { secrets: [current] }),
    ).toThrow(DecryptionError);
  });

  it('is not tried for an envelope that names another version', () => {
    const misnamed = encrypt('text', { current: { ...old, version: 2 }, versioned: true });
    expect(() => decrypt(misnamed, { secrets: [current, old], legacySecret: old.value })).toThrow(
      DecryptionError,
    );
  });
});

describe('decrypt', () => {
  const good = encrypt('text', { current, versioned: false });
  it.each([
    '',
    'plain text',
    'zz',
    'abc',
    good.slice(0, -2),
    good.slice(0, 78),
    `${good}00`,
    `${good}\n`,
    good.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    `$ba$2$`,
    `$ba$x$${good}`,
    `$ba$-1$${good}`,
    `$ba$${good}`,
    `$ba$2$${good}x`,
    `$ba$99999999999999999999$${good}`,
  ])('throws DecryptionError for %j', (ciphertext) => {
    expect(() => decrypt(ciphertext, { secrets: [current] })).toThrow(DecryptionError);
  });
});
