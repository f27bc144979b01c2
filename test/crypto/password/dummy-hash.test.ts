import { dummyHash } from '../../../src/crypto/password/dummy-hash.js';
import { hashFormat } from '../../../src/crypto/password/hash-format.js';
import { verifyPassword } from '../../../src/crypto/password/password-hasher.js';

describe('dummyHash', () => {
  it.each(['bcrypt', 'argon2id', 'scrypt'] as const)('has the configured format: %s', async (hash) => {
    expect(hashFormat(await dummyHash({ hash, bcryptCost: 4 }))).toBe(hash === 'argon2id' ? 'argon2' : hash);
  });

  it('is made only once for each format and cost, even if callers ask at the same time', async () => {
    const [first, second] = await Promise.all([
      dummyHash({ hash: 'bcrypt', bcryptCost: 5 }),
      dummyHash({ hash: 'bcrypt', bcryptCost: 5 }),
    ]);
    expect(first).toBe(second);
    expect(await dummyHash({ hash: 'bcrypt', bcryptCost: 6 })).toMatch(/^\$2b\$06\$/);
  });

  it('matches no password', async () => {
    expect(await verifyPassword(await dummyHash({ hash: 'bcrypt', bcryptCost: 4 }), '')).toBe(false);
    expect(await verifyPassword(await dummyHash({ hash: 'bcrypt', bcryptCost: 4 }), 'password')).toBe(false);
  });

  it('can be made again after a failure', async () => {
    const refused = { hash: 'bcrypt', bcryptCost: 'none' as unknown as number } as const;
    await expect(dummyHash(refused)).rejects.toThrow();
    await expect(dummyHash(refused)).rejects.toThrow();
  });
});
