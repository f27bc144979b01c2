import { dummyHash } from '../../../src/crypto/password/dummy-hash.js';
import { hashFormat } from '../../../src/crypto/password/hash-format.js';
import { verifyPassword } from '../../../src/crypto/password/password-hasher.js';

describe('dummyHash', () => {
  it.each(['bcrypt', 'argon2id', 'scrypt'] as const)('is in the configured format: %s', async (hash) => {
    expect(hashFormat(await dummyHash({ hash, bcryptCost: 4 }))).toBe(hash);
  });

  it('is made once per format and cost, even by simultaneous callers', async () => {
    const [first, second] = await Promise.all([
      dummyHash({ hash: 'bcrypt', bcryptCost: 5 }),
      dummyHash({ hash: 'bcrypt', bcryptCost: 5 }),
    ]);
    expect(first).toBe(second);
    expect(await dummyHash({ hash: 'bcrypt', bcryptCost: 6 })).toMatch(/^\$2b\$06\$/);
  });

  it('matches no password that someone may type', async () => {
    expect(await verifyPassword(await dummyHash({ hash: 'bcrypt', bcryptCost: 4 }), '')).toBe(false);
    expect(await verifyPassword(await dummyHash({ hash: 'bcrypt', bcryptCost: 4 }), 'password')).toBe(false);
  });

  it('may be made again after it failed', async () => {
    const refused = { hash: 'bcrypt', bcryptCost: 'none' as unknown as number } as const;
    await expect(dummyHash(refused)).rejects.toThrow();
    await expect(dummyHash(refused)).rejects.toThrow();
  });
});
