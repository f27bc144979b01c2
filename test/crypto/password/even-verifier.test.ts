import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import { EvenVerifier } from '../../../src/crypto/password/even-verifier.js';

const SETTINGS = { hash: 'bcrypt', bcryptCost: 10 } as const;
const ROUNDS = 2 ** 10;

async function started(settings: ConstructorParameters<typeof EvenVerifier>[0] = SETTINGS) {
  const verifier = new EvenVerifier(settings);
  await verifier.start();
  return verifier;
}

test('finds the hash that the password matches, and does no more work', async () => {
  const verifier = await started();
  const hashes = [await bcrypt.hash('one', 4), await bcrypt.hash('two', 5)];
  expect(await verifier.compare(hashes, 'two')).toEqual({ match: 1, pause: 0, rounds: 2 ** 4 + 2 ** 5 });
});

test.each<[string, () => Promise<string[]>]>([
  ['nobody', async () => []],
  ['a hash of the same cost', async () => [await bcrypt.hash('a', 10)]],
  ['a hash of the lowest cost', async () => [await bcrypt.hash('a', 4)]],
  ['a hash of a lower cost', async () => [await bcrypt.hash('a', 9)]],
  ['a hash in no known format', async () => ['!']],
  ['an empty hash', async () => ['']],
])('a refusal costs as many rounds as a new hash: %s', async (_, hashes) => {
  const verifier = await started();
  const { match, pause, rounds } = await verifier.compare(await hashes(), 'wrong');
  expect([match, rounds, pause]).toEqual([undefined, ROUNDS, 0]);
});

test('a password that is tried in two forms costs twice as much, for nobody too', async () => {
  const verifier = await started();
  const decomposed = 'e\u0301 wrong';
  const cheap = await bcrypt.hash('a', 5);
  expect((await verifier.compare([], decomposed)).rounds).toBe(2 * ROUNDS);
  expect((await verifier.compare([cheap], decomposed)).rounds).toBe(2 * ROUNDS);
});

test('the rest of the cost of another format is computed with bcrypt', async () => {
  const verifier = await started();
  const cheap = await argon2.hash('a', { memoryCost: 1024, timeCost: 2, parallelism: 1 });
  const { rounds } = await verifier.compare([cheap], 'wrong');
  // The lowest cost of bcrypt is the smallest step, and the cost of other formats is measured.
  expect(Math.abs(rounds - ROUNDS)).toBeLessThanOrEqual(2 ** 4);
});

test('once a costlier hash is known, others pause until that one would be done', async () => {
  const verifier = await started();
  const costly = await bcrypt.hash('a', 12);
  expect((await verifier.compare([], 'wrong')).pause).toBe(0);
  await verifier.learn(costly);
  const start = performance.now();
  const compared = await verifier.compare([costly], 'wrong');
  const costlyTime = performance.now() - start;
  expect(compared).toMatchObject({ pause: 0, rounds: 2 ** 12 });
  const { pause } = await verifier.compare([], 'wrong');
  // Three quarters of the time of the costly one. Other programs may slow one of the two.
  expect(pause).toBeGreaterThan(costlyTime * 0.75 * 0.4);
  expect(pause).toBeLessThan(costlyTime * 0.75 * 2.5);
});

test('a costlier hash is also learned when it is compared', async () => {
  const verifier = await started();
  await verifier.compare([await bcrypt.hash('a', 11)], 'wrong');
  expect((await verifier.compare([], 'wrong')).pause).toBeGreaterThan(0);
});

test.each(['argon2id', 'scrypt'] as const)(
  'if new hashes are %s, cheaper ones cost about as much',
  async (hash) => {
    const verifier = await started({ hash, bcryptCost: 10 });
    const nobody = await verifier.compare([], 'wrong');
    const cheap = await verifier.compare([await bcrypt.hash('a', 4)], 'wrong');
    expect(nobody.rounds).toBeGreaterThan(2 ** 6);
    expect(Math.abs(cheap.rounds - nobody.rounds)).toBeLessThanOrEqual(2 ** 4);
  },
);
