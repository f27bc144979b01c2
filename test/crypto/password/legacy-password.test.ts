import { parseLegacyFormat } from '../../../src/crypto/password/legacy-format.js';
import { legacyFormatOf, legacyPasswordFaults } from '../../../src/crypto/password/legacy-password.js';

describe('LEGACY_PASSWORD_FORMAT', () => {
  it.each([
    'pbkdf2-sha256:iterations=25000,length=512,encoding=hex',
    'pbkdf2-sha1:iterations=1000',
    'scrypt',
    'sha256:order=salt+password+pepper',
    'md5',
    'hmac-sha512:iterations=3',
    'symfony-sha512',
    'keycloak',
    'firebase-scrypt:n=14,r=8,separator=Bw==',
  ])('may be %s', (format) => {
    expect(() => parseLegacyFormat(format)).not.toThrow();
  });

  it.each([
    ['rot13', 'one of pbkdf2-sha1'],
    ['pbkdf2-sha256', 'iterations=<number>'],
    ['pbkdf2-sha256:iterations=many', 'a number as iterations'],
    ['pbkdf2-sha256:iterations=99999999', 'costs less'],
    ['pbkdf2-sha256:iterations=1000,length=4', 'length from 16'],
    ['pbkdf2-sha256:iteration=1000', 'it has "iteration"'],
    ['sha256:encoding=base32', 'encoding=hex or base64'],
    ["sha256:order=salt'+password", 'order='],
    ['sha256:iterations=0', 'iterations from 1'],
    ['scrypt:n=1000', 'a power of two'],
    ["firebase-scrypt:separator='", 'separator in base64'],
  ])('may not be %s', (format, message) => {
    expect(() => parseLegacyFormat(format)).toThrow(message);
    expect(
      legacyPasswordFaults({ LEGACY_PASSWORD_FORMAT: format, LEGACY_PASSWORD_SALT_COLUMN: 's' }),
    ).toEqual([expect.stringMatching(/^LEGACY_PASSWORD_FORMAT must be .*\.$/)]);
  });

  it('must be set if a column has the salt, unless Firebase’s settings say it', () => {
    const salt = { LEGACY_PASSWORD_SALT_COLUMN: 'salt' };
    expect(legacyPasswordFaults({})).toEqual([]);
    expect(legacyPasswordFaults({ LEGACY_PASSWORD_SALT_COLUMN: 'none' })).toEqual([]);
    expect(legacyPasswordFaults(salt)).toEqual([expect.stringContaining('Set LEGACY_PASSWORD_FORMAT')]);
    expect(legacyPasswordFaults({ ...salt, FIREBASE_SCRYPT_SIGNER_KEY: 'YWJj' })).toEqual([]);
    expect(legacyFormatOf({ ...salt, FIREBASE_SCRYPT_SIGNER_KEY: 'YWJj', FIREBASE_SCRYPT_ROUNDS: '9' })).toBe(
      'firebase-scrypt:n=14,r=9,separator=Bw==',
    );
  });

  it('needs a column with the salt if it has one', () => {
    expect(legacyPasswordFaults({ LEGACY_PASSWORD_FORMAT: 'keycloak' })).toEqual([
      expect.stringContaining('Set LEGACY_PASSWORD_SALT_COLUMN'),
    ]);
    expect(legacyPasswordFaults({ LEGACY_PASSWORD_FORMAT: 'sha512:order=password,encoding=base64' })).toEqual(
      [],
    );
  });
});
