import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/assembly/load-config.js';
import { Logger } from '../../src/logging/logger.js';
import { PatientStore } from '../../src/rate-limits/patient-store.js';
import type { RateLimitRule } from '../../src/rate-limits/rate-limit-rules.js';
import { RedisStore } from '../../src/rate-limits/redis-store.js';
import { SECRET } from '../setup/gatehouse.js';
import { hasRedis, startRedis, type TestRedis } from '../setup/redis.js';

const logger = new Logger(
  loadConfig({ DATABASE_URL: 'postgres://localhost/x', BETTER_AUTH_SECRET: SECRET, LOG_LEVEL: 'silent' }),
);
const RULE = { window: 60, max: 3 };

/** The real store, which also counts how often it is asked. */
class CountingStore extends RedisStore {
  asked = 0;

  override consume(key: string, rule: RateLimitRule): Promise<number | undefined> {
    this.asked += 1;
    return super.consume(key, rule);
  }
}

(hasRedis ? describe : describe.skip)('while Redis does not answer', () => {
  let redis: TestRedis;
  let shared: CountingStore;
  let store: PatientStore;

  beforeEach(async () => {
    redis = await startRedis();
    shared = new CountingStore(redis.url, logger);
    await shared.onModuleInit();
    store = new PatientStore(shared, logger);
    expect(await store.consume('before', RULE)).toBeUndefined();
  });

  afterEach(async () => {
    shared.onModuleDestroy();
    redis.thaw();
    await redis.stop();
  });

  /** Sends a few requests again and again until the store has failed so often. */
  async function untilFailures(count: number): Promise<void> {
    while (store.failures < count) {
      await Promise.all(['a', 'b', 'c'].map((key) => store.consume(key, RULE)));
      await sleep(5);
    }
  }

  test('one request waits for it, and the others count in memory', async () => {
    redis.freeze();
    const waited: number[] = [];
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const verdict = await store.consume('key', RULE);
        waited.push(store.failures);
        return verdict;
      }),
    );
    expect(waited).toEqual([...Array<number>(19).fill(0), 1]);
    expect(verdicts.filter((verdict) => verdict === undefined)).toHaveLength(3);
  });

  test('after a failure only one probe at a time asks it, less and less often, and no request waits for the probe', async () => {
    redis.freeze();
    await untilFailures(1);
    const [before, begin] = [shared.asked, performance.now()];
    await untilFailures(2);
    const first = performance.now() - begin;
    await untilFailures(3);
    const second = performance.now() - begin - first;
    expect(shared.asked - before).toBe(2);
    // The pause before the probe, and the time of the probe: 1 + 1 s, then 2 + 1 s. A busy machine adds to both.
    expect(first).toBeGreaterThan(1900);
    expect(second).toBeGreaterThan(2900);
  });

  test('it is asked again after it has answered a probe', async () => {
    redis.freeze();
    await untilFailures(1);
    redis.thaw();
    const before = shared.asked;
    while (shared.asked < before + 3) {
      await store.consume('key', RULE);
      await sleep(5);
    }
    expect(store.failures).toBe(1);
  });
});
