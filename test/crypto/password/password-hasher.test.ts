import { hashPassword as betterAuthHash, verifyPassword as betterAuthVerify } from 'better-auth/crypto';
import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import {
  hashPassword,
  type PasswordSettings,
  verifyPassword,
} from '../../../src/crypto/password/password-hasher.js';

/** Settings with bcrypt's lowest cost, for speed. Another test checks the default cost. */
const settings = (hash: PasswordSettings['hash']): PasswordSettings => ({ hash, bcryptCost: 4 });

const alphabets = ['abcXYZ019 ', '!"§$%&/()', 'äöüßñ', 'Ж佐藤محمد', '😀👩‍👩‍👧‍👦'].map((text) => Array.from(text));
function randomPassword(length: number): string {
  const pick = <T>(choices: readonly T[]): T | undefined =>
    choices[Math.floor(Math.random() * choices.length)];
  return Array.from({ length }, () => pick(pick(alphabets) ?? [])).join('');
}

const odd = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\0'.repeat(80),
  '\ud800',
  'x\udc00y',
  '\u{10ffff}'.repeat(64),
  'ﷺ'.repeat(128),
];
const lengths = Array.from({ length: 129 }, (_, length) => length);
const boundary = [
  'x'.repeat(71),
  'x'.repeat(72),
  'x'.repeat(73),
  'ñ'.repeat(36),
  `${'ñ'.repeat(36)}x`,
  'é'.repeat(128),
];

describe('a bcrypt hash', () => {
  it('has the prefix $2b$ and the configured cost', async () => {
    expect(await hashPassword('password', { hash: 'bcrypt', bcryptCost: 11 })).toMatch(/^\$2b\$11\$.{53}$/);
  });

  it('is verified by another bcrypt library', async () => {
    expect(await bcrypt.compare('pässwörd 😀', await hashPassword('pässwörd 😀', settings('bcrypt')))).toBe(
      true,
    );
  });

  it('is plain bcrypt up to 72 bytes, and passlib’s bcrypt-sha256 for longer passwords', async () => {
    const start = async (password: string) => (await hashPassword(password, settings('bcrypt'))).slice(0, 28);
    expect(await start('x'.repeat(72))).toMatch(/^\$2b\$04\$/);
    expect(await start('ñ'.repeat(36))).toMatch(/^\$2b\$04\$/);
    expect(await start('x'.repeat(73))).toBe('$bcrypt-sha256$v=2,t=2b,r=4$');
    expect(await start(`${'ñ'.repeat(36)}x`)).toBe('$bcrypt-sha256$v=2,t=2b,r=4$');
    expect(await start('a\0b')).toBe('$bcrypt-sha256$v=2,t=2b,r=4$');
  });

  it.each([...lengths.map(randomPassword), ...boundary, ...odd])(
    'of %j does not match a similar password',
    async (password) => {
      const stored = await hashPassword(password, settings('bcrypt'));
      expect(await verifyPassword(stored, password)).toBe(true);
      // Plain bcrypt reads only 72 bytes. So a password of 72 bytes also matches with something after it.
      expect(await verifyPassword(stored, `${password}x`)).toBe(Buffer.byteLength(password) === 72);
      expect(await verifyPassword(stored, `${password}\0${password}`)).toBe(false);
      if (password) expect(await verifyPassword(stored, password.slice(1))).toBe(false);
    },
  );
});

describe.each(['argon2id', 'scrypt'] as const)('a hash with %s', (hash) => {
  it.each([randomPassword(12), randomPassword(128), ...boundary, ...odd.slice(1)])(
    'of %j matches only this password',
    async (password) => {
      const stored = await hashPassword(password, settings(hash));
      expect(await verifyPassword(stored, password)).toBe(true);
      expect(await verifyPassword(stored, `${password}x`)).toBe(false);
      expect(await verifyPassword(stored, password.slice(1) + 'y')).toBe(false);
    },
  );
});

describe('an argon2id hash', () => {
  it('has the parameters that OWASP recommends, in the order of the PHC format', async () => {
    const stored = await hashPassword('password', settings('argon2id'));
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await argon2.verify(stored, 'password')).toBe(true);
  });

  it('with its parameters in another order, as some versions of the argon2 package write them, is accepted', async () => {
    const hashed = await argon2.hash('password', { memoryCost: 1024, timeCost: 2, parallelism: 3 });
    const stored = hashed.replace(/m=1024,[tp=\d,]+\$/, 'm=1024,p=3,t=2$');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=1024,p=3,t=2\$/);
    expect(await verifyPassword(stored, 'password')).toBe(true);
    expect(await verifyPassword(stored, 'Password')).toBe(false);
  });
});

describe('a scrypt hash', () => {
  it.each(['password', 'cafe\u0301 ﬁ 😀', 'x'.repeat(128)])(
    'of %j works in Better Auth, and Better Auth’s works here',
    async (password) => {
      const ours = await hashPassword(password, settings('scrypt'));
      expect(ours).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
      expect(await betterAuthVerify({ hash: ours, password })).toBe(true);
      expect(await betterAuthVerify({ hash: ours, password: `${password}x` })).toBe(false);
      expect(await verifyPassword(await betterAuthHash(password), password)).toBe(true);
    },
  );
});

describe.each(['bcrypt', 'argon2id', 'scrypt'] as const)(
  'the same password in other code points, with %s',
  (hash) => {
    it('matches, as in Better Auth', async () => {
      const stored = await hashPassword('cafe\u0301', settings(hash));
      expect(await verifyPassword(stored, 'caf\u00e9')).toBe(true);
      expect(await verifyPassword(stored, 'cafe\u0301')).toBe(true);
      expect(await verifyPassword(stored, 'cafe')).toBe(false);
    });
  },
);

describe.each(['bcrypt', 'argon2id', 'scrypt'] as const)('hashing and verifying with %s', (hash) => {
  it('does not block the event loop', async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    const stored = await hashPassword('password', { hash, bcryptCost: 11 });
    await verifyPassword(stored, 'password');
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10); // it would be 1 or 2 if the hash were computed on this thread
  });
});

describe('verifying a pbkdf2 hash', () => {
  it('does not block the event loop', async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await verifyPassword(`pbkdf2_sha256$600000$salt$${'A'.repeat(43)}=`, 'password');
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  });
});
