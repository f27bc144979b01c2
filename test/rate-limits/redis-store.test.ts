import { loadConfig } from '../../src/assembly/load-config.js';
import { Logger } from '../../src/logging/logger.js';
import { RedisStore } from '../../src/rate-limits/redis-store.js';
import { SECRET } from '../setup/gatehouse.js';
import { hasRedis, startRedis, type TestRedis } from '../setup/redis.js';

const logger = new Logger(
  loadConfig({ DATABASE_URL: 'postgres://localhost/x', BETTER_AUTH_SECRET: SECRET, LOG_LEVEL: 'silent' }),
);
const rule = { window: 10, max: 3 };

(hasRedis ? describe : describe.skip)('with a Redis', () => {
  let redis: TestRedis;
  const stores: RedisStore[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(async () => {
    for (const store of stores) store.onModuleDestroy();
    await redis.stop();
  });

  async function newStore(): Promise<RedisStore> {
    const store = new RedisStore(redis.url, logger);
    await store.onModuleInit();
    stores.push(store);
    return store;
  }

  test('two instances together let through what the rule allows', async () => {
    const [one, other] = [await newStore(), await newStore()];
    const verdicts = await Promise.all(
      Array.from({ length: 60 }, (_, index) => (index % 2 ? one : other).consume('parallel', rule)),
    );
    expect(verdicts.filter((verdict) => verdict === undefined)).toHaveLength(3);
    expect(verdicts.at(-1)).toBe(10);
  });

  test('counts each key on its own', async () => {
    const store = await newStore();
    for (const key of ['a', 'b', 'a', 'b', 'a', 'b']) expect(await store.consume(key, rule)).toBeUndefined();
    expect(await store.consume('a', rule)).toBe(10);
  });

  test('requests in a window do not extend it', async () => {
    const store = await newStore();
    const short = { window: 0.4, max: 1 };
    expect(await store.consume('short', short)).toBeUndefined();
    await new Promise((done) => setTimeout(done, 200));
    expect(await store.consume('short', short)).toBe(1);
    await new Promise((done) => setTimeout(done, 250));
    expect(await store.consume('short', short)).toBeUndefined();
  });

  test('fails at once while Redis is down, and works again when it is back', async () => {
    const other = await startRedis();
    const store = new RedisStore(other.url, logger);
    stores.push(store);
    await store.onModuleInit();
    expect(await store.consume('key', rule)).toBeUndefined();
    await other.stop();
    await new Promise((done) => setTimeout(done, 100));
    const begun = Date.now();
    await expect(store.consume('key', rule)).rejects.toThrow();
    expect(Date.now() - begun).toBeLessThan(200);
    const again = await startRedis(other.port);
    await eventually(async () => expect(await store.consume('key', rule)).toBeUndefined());
    await again.stop();
  });
});

test('a start does not wait for a Redis that does not answer', async () => {
  const store = new RedisStore('redis://127.0.0.1:1', logger);
  const begun = Date.now();
  await store.onModuleInit();
  expect(Date.now() - begun).toBeLessThan(4000);
  await expect(store.consume('key', rule)).rejects.toThrow('Redis does not answer');
  store.onModuleDestroy();
});

async function eventually(check: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await check();
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}
