import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { signValue } from '../../../src/cookies/signed-value.js';
import { startOracle, type Oracle } from '../../oracle/oracle.js';
import { startBreakableProxy, type BreakableProxy } from '../../setup/breakable-proxy.js';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { metric } from '../../setup/metrics.js';
import { bearer } from '../../setup/people.js';
import { SessionAsker } from './session-asker.js';

/** Milliseconds. The README promises that a revocation takes effect everywhere within this time after its commit. */
const PROMISE = 100;
const REVOCATIONS = Number(process.env['REVOCATIONS'] ?? 1000);
const INSTANCES = 3;
const BATCH = 250;
/** Connections that ask each instance. `REVOKERS` is the number of parallel revocations. */
const ASKERS = 4;
const REVOKERS = 6;
/** Milliseconds after its revocation for which a session is still asked for. */
const WATCHED = PROMISE + 50;

interface Revoked {
  readonly token: string;
  /** Monotonic milliseconds at which the commit was acknowledged. If a server revokes, its answer comes later. */
  readonly at: number;
  /** Milliseconds after `at` of the last request that still got the session. */
  lastStale: number;
}

let database: TestDatabase;
let instances: Gatehouse[];
let oracle: Oracle;
let proxies: BreakableProxy[];
let askers: SessionAsker[][];

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  await database.query(
    `insert into users (id, name, email) select 'user' || n, 'User', 'user' || n || '@example.com' from generate_series(1, 100) n`,
  );
  await database.query(
    `insert into sessions (id, user_id, token, expires_at)
     select 'session' || n, 'user' || n % 100 + 1, 'token' || lpad(n::text, 27, '0'), now() + interval '7 days'
       from generate_series(0, $1::integer - 1) n`,
    [REVOCATIONS],
  );
  proxies = await Promise.all(Array.from({ length: INSTANCES }, () => startBreakableProxy(database.url)));
  const environment = { SESSION_CACHE: 'true', DISABLE_SETTING_JWT_HEADER: 'true' };
  instances = await Promise.all(
    proxies.map(({ url }) => startGatehouse({ ...environment, DATABASE_DIRECT_URL: url }, database)),
  );
  oracle = await startOracle(database, { password: 'quick' });
  askers = await Promise.all(
    instances.map(({ origin }) =>
      Promise.all(Array.from({ length: ASKERS }, () => SessionAsker.connect(origin))),
    ),
  );
});

afterAll(async () => {
  for (const asker of askers.flat()) asker.close();
  await Promise.all([...instances.map((instance) => instance.stop()), oracle.stop()]);
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await database.drop();
});

const tokenOf = (n: number) => `token${String(n).padStart(27, '0')}`;
const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;

/** Ends the session by SQL (60 %), at a Gatehouse (30 %) or at the published better-auth (10 %). */
async function revoke(token: string): Promise<void> {
  const by = Math.random();
  if (by < 0.6) {
    await database.query('delete from sessions where token = $1', [token]);
    return;
  }
  const { origin } = by < 0.9 ? pick(instances) : oracle;
  const signed = encodeURIComponent(signValue(token, SECRET));
  const answer = await new BrowserLikeClient(origin).post('/api/auth/sign-out', {}, bearer(signed));
  expect(answer.status).toBe(200);
}

/** Breaks the listening connections at random until `signal` is aborted. */
async function breakConnections(signal: AbortSignal): Promise<number> {
  let faults = 0;
  while (!signal.aborted) {
    await sleep(300 + Math.random() * 1200);
    const proxy = pick(proxies);
    faults += 1;
    if (Math.random() < 0.4) {
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gatehouse-session-cache'
            and datname = current_database() order by random() limit 1`,
      );
      continue;
    }
    proxy.silence();
    await sleep(Math.random() * 1000);
    if (Math.random() < 0.5) proxy.cut();
    proxy.resume();
  }
  return faults;
}

async function revokeBatch(tokens: string[]): Promise<Revoked[]> {
  const revoked: Revoked[] = [];
  const left = [...tokens];
  const watched = () => revoked.filter(({ at }) => performance.now() - at < WATCHED);
  const revokers = Array.from({ length: REVOKERS }, async () => {
    for (let token = left.pop(); token !== undefined; token = left.pop()) {
      await revoke(token);
      revoked.push({ token, at: performance.now(), lastStale: 0 });
    }
  });
  const watchers = askers.flat().map(async (asker) => {
    while (revoked.length < tokens.length || watched().length > 0) {
      const recent = watched();
      // Without a recent revocation, ask for any session to keep the cache in use.
      const session = recent.length > 0 ? pick(recent) : undefined;
      const { at, signedIn } = await asker.ask(session?.token ?? pick(tokens));
      if (session && signedIn) session.lastStale = Math.max(session.lastStale, at - session.at);
    }
  });
  await Promise.all([...revokers, ...watchers]);
  return revoked;
}

test(
  'no instance answers with a session 100 ms after its revocation, even if connections break',
  async () => {
    const stop = new AbortController();
    const breaking = breakConnections(stop.signal);
    const revoked: Revoked[] = [];
    for (let begin = 0; begin < REVOCATIONS; begin += BATCH) {
      const tokens = Array.from({ length: Math.min(BATCH, REVOCATIONS - begin) }, (_, n) =>
        tokenOf(begin + n),
      );
      await Promise.all(
        askers.flat().map(async (asker, index) => {
          const mine = tokens.filter((_, n) => n % ASKERS === index % ASKERS);
          // Load all sessions into each instance’s cache.
          for (const token of [...mine, ...mine]) expect((await asker.ask(token)).signedIn).toBe(true);
        }),
      );
      revoked.push(...(await revokeBatch(tokens)));
    }
    stop.abort();
    const faults = await breaking;
    const stale = revoked.map(({ lastStale }) => lastStale).toSorted((a, b) => a - b);
    const hits = await Promise.all(
      instances.map((instance) => metric(instance, 'gatehouse_session_cache_hits_total')),
    );
    const summary = [
      `${revoked.length} revocations at ${INSTANCES} instances, ${faults} faults of their listening connections`,
      `last answer with a revoked session: at most ${stale.at(-1)?.toFixed(1)} ms after the commit, p99 ${stale
        .at(Math.floor(stale.length * 0.99))
        ?.toFixed(1)} ms`,
      `no such answer after ${stale.filter((late) => late === 0).length} of them; answers from the caches: ${hits.join(', ')}`,
    ];
    process.stdout.write(`${summary.join('\n')}\n`);
    expect(revoked).toHaveLength(REVOCATIONS);
    expect(stale.at(-1)).toBeLessThanOrEqual(PROMISE);
    // Without cached sessions this test would prove nothing.
    expect(Math.min(...hits)).toBeGreaterThan(0);
  },
  120_000 + REVOCATIONS * 200,
);
