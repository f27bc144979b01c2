import { MemoryStore } from '../../src/rate-limits/memory-store.js';

const rule = { window: 10, max: 3 };

test('an allowed request restarts the window, and a refused one does not', async () => {
  let now = 1_000_000;
  const store = new MemoryStore(100, () => now);
  const after = (milliseconds: number) => {
    now += milliseconds;
    return store.consume('key', rule);
  };
  expect(await after(0)).toBeUndefined();
  expect(await after(9999)).toBeUndefined();
  expect(await after(9999)).toBeUndefined();
  expect(await after(1)).toBe(10);
  expect(await after(1000)).toBe(9);
  expect(await after(8998)).toBe(1);
  expect(await after(1)).toBeUndefined();
});

test('counts each key on its own', async () => {
  const store = new MemoryStore();
  for (const key of ['a', 'b', 'a', 'b', 'a', 'b']) expect(await store.consume(key, rule)).toBeUndefined();
  expect(await store.consume('a', rule)).toBe(10);
});

test('counts all parallel requests', async () => {
  const store = new MemoryStore();
  const verdicts = await Promise.all(Array.from({ length: 50 }, () => store.consume('key', rule)));
  expect(verdicts.filter((verdict) => verdict === undefined)).toHaveLength(3);
});

test('drops the key that was written longest ago when it is full', async () => {
  const store = new MemoryStore(1000);
  const once = { window: 10, max: 1 };
  for (let index = 0; index < 5000; index += 1) await store.consume(`key ${index}`, once);
  expect(store.size).toBe(1000);
  expect(await store.consume('key 4999', once)).toBe(10);
  expect(await store.consume('key 0', once)).toBeUndefined();
});

test('deletes expired keys even if nobody asks for them', async () => {
  let now = 0;
  const store = new MemoryStore(1000, () => now);
  for (let index = 0; index < 500; index += 1) await store.consume(`key ${index}`, rule);
  now = 20_000;
  for (let index = 0; index < 500; index += 1) await store.consume('another', { window: 10, max: 1000 });
  expect(store.size).toBe(1);
});
