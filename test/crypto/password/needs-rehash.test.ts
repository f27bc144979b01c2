import {
  hashPassword,
  needsRehash,
  type PasswordSettings,
} from '../../../src/crypto/password/password-hasher.js';

const bcrypt = (cost: number): PasswordSettings => ({ hash: 'bcrypt', bcryptCost: cost });
const argon2id: PasswordSettings = { hash: 'argon2id', bcryptCost: 11 };
const scrypt: PasswordSettings = { hash: 'scrypt', bcryptCost: 11 };
const long = 'x'.repeat(73);

const tail = 'k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae';
const sha256Tail = 'k/3EQQYJEzvTlTpgHyyH6u$Z..t8OOov0plBaLe5LNnZADOlHIv1Ae';
const phcTail = 'We8yT24+hbihyLhs+ng3RA$YuaTZHUjoR+4mMtKzH+vBusgj+OlrmNz5DItMRKeVjM';
const pbkdf2 = 'pbkdf2_sha256$600000$b4a40bc98a25f34140856236$N7FqYpXHNsi7/YD/Vopl7xFDVnD4Ag2jNCoIsYESpK4=';

describe('needsRehash', () => {
  it.each([bcrypt(4), bcrypt(5), argon2id, scrypt])(
    'is false for a hash made with the same settings: %j',
    async (settings) => {
      for (const password of ['short', 'a\0b', 'x'.repeat(72), long, 'ﷺ'.repeat(30)]) {
        expect(needsRehash(await hashPassword(password, settings), password, settings)).toBe(false);
      }
    },
  );

  it.each([
    ['a lower cost', `$2b$10$${tail}`, 'short', true],
    ['the same cost', `$2b$11$${tail}`, 'short', false],
    ['the same cost under another prefix', `$2y$11$${tail}`, 'short', false],
    ['a higher cost', `$2b$12$${tail}`, 'short', false],
    ['a long password cut by plain bcrypt', `$2b$12$${tail}`, long, true],
    ['a long password in version 2', `$bcrypt-sha256$v=2,t=2b,r=11$${sha256Tail}`, long, false],
    [
      'a long password in version 2 of a higher cost',
      `$bcrypt-sha256$v=2,t=2b,r=12$${sha256Tail}`,
      long,
      false,
    ],
    [
      'a long password in version 2 of a lower cost',
      `$bcrypt-sha256$v=2,t=2b,r=10$${sha256Tail}`,
      long,
      true,
    ],
    ['a long password in version 1', `$bcrypt-sha256$2b,12$${sha256Tail}`, long, true],
    ['a short password in version 2', `$bcrypt-sha256$v=2,t=2b,r=12$${sha256Tail}`, 'short', true],
    ['argon2id', `$argon2id$v=19$m=65536,t=3,p=4$${phcTail}`, 'short', true],
    ['scrypt', `${'a'.repeat(32)}:${'a'.repeat(128)}`, 'short', true],
    ['pbkdf2', pbkdf2, 'short', true],
    ['an unknown format', 'unknown', 'short', true],
  ])('with bcrypt of cost 11: %s', (_, stored, password, expected) => {
    expect(needsRehash(stored, password, bcrypt(11))).toBe(expected);
  });

  it.each([
    ['the same parameters', `$argon2id$v=19$m=19456,t=2,p=1$${phcTail}`, false],
    ['higher parameters', `$argon2id$v=19$m=65536,t=3,p=4$${phcTail}`, false],
    ['OWASP’s alternative with more memory and one pass', `$argon2id$v=19$m=47104,t=1,p=1$${phcTail}`, false],
    ['fewer passes', `$argon2id$v=19$m=19456,t=1,p=1$${phcTail}`, true],
    ['less memory', `$argon2id$v=19$m=9216,t=4,p=1$${phcTail}`, true],
    ['less memory and many passes', `$argon2id$v=19$m=1024,t=100,p=1$${phcTail}`, true],
    ['the previous version', `$argon2id$v=16$m=65536,t=3,p=4$${phcTail}`, true],
    ['argon2i', `$argon2i$v=19$m=65536,t=3,p=4$${phcTail}`, true],
    ['bcrypt', `$2b$12$${tail}`, true],
  ])('with argon2id: %s', (_, stored, expected) => {
    expect(needsRehash(stored, 'short', argon2id)).toBe(expected);
  });

  it('with scrypt: every other format', () => {
    expect(needsRehash(`$2b$12$${tail}`, 'short', scrypt)).toBe(true);
    expect(needsRehash(`${'a'.repeat(32)}:${'a'.repeat(128)}`, 'short', scrypt)).toBe(false);
  });
});
