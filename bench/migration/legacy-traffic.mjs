// The queries of a legacy application on its users table: 50 per second, half reads by id and half writes. Each starts on
// time, even if earlier ones have not ended.
import pg from 'pg';
import { onDatabase } from './legacy-database.mjs';

const PER_SECOND = 50;
const POLL_MS = 50;
const SAMPLE = 50_000;

/**
 * Sends queries until the promise `until` settles.
 * @returns the number of queries, the messages of failed ones, the 99th percentile of their times and the longest observed
 * wait for a lock, both in milliseconds, and the result of `until`.
 */
export async function legacyTraffic(url, users, until) {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  const { rows } = await pool.query('select id from users tablesample bernoulli ($1)', [
    Math.min(100, (SAMPLE / users) * 100),
  ]);
  const ids = rows.map(({ id }) => id);
  const times = [];
  const failures = [];
  const open = new Set();
  const time = { over: false };
  const ended = until.finally(() => (time.over = true));
  ended.catch(() => {});
  const longestWait = watchLocks(url, time);
  const began = performance.now();
  for (let n = 0; !time.over; n++) {
    const request = ask(pool, ids, n)
      .then((time) => times.push(time))
      .catch((error) => failures.push(error.message))
      .finally(() => open.delete(request));
    open.add(request);
    const wait = began + ((n + 1) * 1000) / PER_SECOND - performance.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
  }
  await Promise.all(open);
  await pool.end();
  return {
    requests: times.length,
    failures,
    p99: times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0,
    longestWait: await longestWait,
    result: await ended,
  };
}

async function ask(pool, ids, n) {
  const id = ids[Math.floor(Math.random() * ids.length)];
  const began = performance.now();
  if (n % 2 === 0) await pool.query('select * from users where id = $1', [id]);
  else if (n % 10 === 1) {
    await pool.query(
      `insert into users (id, email, username, full_name, hashed_password, created_at, updated_at)
       values (gen_random_uuid()::text, $1, $2, 'New', $3, now(), now())`,
      [`New${n}.${began}@example.com`, `new${n}.${began}`, `$2b$12$${'n'.repeat(53)}`],
    );
  } else if (n % 10 === 3) {
    await pool.query('update users set hashed_password = $2 where id = $1', [id, `$2b$12$${'c'.repeat(53)}`]);
  } else await pool.query('update users set updated_at = now() where id = $1', [id]);
  return performance.now() - began;
}

async function watchLocks(url, time) {
  return await onDatabase(url, async (client) => {
    let longest = 0;
    while (!time.over) {
      const { rows } = await client.query(
        `select coalesce(max(extract(epoch from clock_timestamp() - waitstart)) * 1000, 0)::float as wait
         from pg_locks where not granted`,
      );
      longest = Math.max(longest, rows[0].wait);
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
    return longest;
  });
}
