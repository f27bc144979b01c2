import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/local/free-port.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, SECRET } from '../setup/gatehouse.js';
import { startProgram, type Program } from '../setup/program.js';
import { hasRedis, startRedis, type TestRedis } from '../setup/redis.js';
import { SERVER_FLAGS } from '../setup/server-flags.js';
import { startRoundRobin, type RoundRobin } from './round-robin.js';
import { RequestCut, Visitor } from './visitor.js';

/** Of mixed load. CI takes 120, and `npm run test:soak` an hour. */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 30);
const COPIES = 3;
const VISITORS = 6;
/** Milliseconds between two restarts of a copy, on average. */
const RESTART_EVERY = 5000;
/** Acts of a visitor, on average. */
const ACTS = 15;
const SEED = Number(process.env['SOAK_SEED'] ?? Date.now() % 1_000_000);

let state = SEED;
/** The same seed gives the same numbers (a linear congruential generator: Park and Miller, 1988). */
const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;

const kinds = [
  { what: 'that count in PostgreSQL', withRedis: false },
  ...(hasRedis ? [{ what: 'that count in Redis', withRedis: true }] : []),
];

describe.each(kinds)('three copies behind a round robin, $what', ({ withRedis }) => {
  let database: TestDatabase;
  let redis: TestRedis | undefined;
  let proxy: RoundRobin;
  let ports: number[];
  const copies: Program[] = [];
  /** Everything that copies wrote before they were killed. */
  let earlierLogs = '';

  beforeAll(async () => {
    database = await createDatabase({ template: MIGRATED });
    redis = withRedis ? await startRedis() : undefined;
    ports = await Promise.all(Array.from({ length: COPIES }, freePort));
    proxy = await startRoundRobin(await freePort(), ports);
    await Promise.all(ports.map((_, n) => start(n)));
  });

  afterAll(async () => {
    await Promise.all(copies.map((copy) => copy.stop()));
    await proxy.stop();
    await redis?.stop();
    await database.drop();
  });

  async function start(n: number): Promise<void> {
    const program = startProgram('src/main.js', {
      nodeFlags: SERVER_FLAGS,
      environment: {
        NODE_ENV: 'production',
        DATABASE_URL: database.url,
        BETTER_AUTH_SECRET: SECRET,
        BETTER_AUTH_URL: proxy.origin,
        HOST: '127.0.0.1',
        PORT: String(ports[n]),
        PASSWORD_BCRYPT_COST: '10',
        SESSION_CACHE: 'true',
        // The cache is full after the first minutes, so that memory which still grows then is a leak.
        SESSION_CACHE_SIZE: '200',
        RATE_LIMIT_ENABLED: 'true',
        ...(redis ? { REDIS_URL: redis.url } : { RATE_LIMIT_STORAGE: 'database' }),
      },
    });
    copies[n] = program;
    await program.told('listening on');
  }

  /** The first copy is never restarted, so that its memory can be compared. */
  async function restartSome(until: number): Promise<number> {
    let restarts = 0;
    for (;;) {
      await sleep(RESTART_EVERY * (0.5 + random()));
      if (performance.now() > until) return restarts;
      const n = 1 + Math.floor(random() * (COPIES - 1));
      await copies[n]!.stop(random() < 0.5 ? 'SIGKILL' : 'SIGTERM');
      earlierLogs += copies[n]!.output();
      await sleep(500 * random());
      await start(n);
      restarts += 1;
    }
  }

  async function comeAndGo(until: number): Promise<void> {
    while (performance.now() < until) {
      const visitor = new Visitor(proxy.origin, database, random);
      try {
        await visitor.signUp();
        for (let acts = 2 * ACTS * random(); acts > 0 && performance.now() < until; acts--)
          await visitor.act();
        if (random() < 0.3) await visitor.getBanned();
      } catch (error) {
        if (!(error instanceof RequestCut)) throw error;
      }
    }
  }

  /** Resident memory in MiB. */
  function memoryOf({ process: { pid } }: Program): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  }

  async function samplesOfMemory(until: number): Promise<number[]> {
    const samples: number[] = [];
    while (performance.now() < until) {
      samples.push(memoryOf(copies[0]!));
      await sleep((SECONDS * 1000) / 100);
    }
    return samples;
  }

  test(
    'behave like one while two of them are killed and restarted at random',
    async () => {
      const [before, until] = [Visitor.requests, performance.now() + (SECONDS * 1000) / kinds.length];
      const visits = Array.from({ length: VISITORS }, () => comeAndGo(until));
      const [samples, restarts] = await Promise.all([samplesOfMemory(until), restartSome(until), ...visits]);
      const sent = Visitor.requests - before;
      const [middle, end] = [mean(samples, 0.4, 0.6), mean(samples, 0.8, 1)];
      process.stdout.write(
        `copies: ${sent} requests, ${restarts} restarts, ${proxy.cut} requests cut, ` +
          `memory ${middle.toFixed(0)} MiB in the middle, ${end.toFixed(0)} MiB at the end, SOAK_SEED=${SEED}\n`,
      );
      expect(sent).toBeGreaterThan(100);
      expect(restarts).toBeGreaterThan(0);
      // In the first minutes V8 still lets the heap grow.
      expect(end / middle).toBeLessThan(SECONDS < 600 ? 1.5 : 1.1);
    },
    SECONDS * 2000 + 60_000,
  );

  test('log no error', () => {
    const lines = (earlierLogs + copies.map((copy) => copy.output()).join('')).split('\n');
    expect(lines.filter((line) => /"level":(50|60)|"status":5\d\d/.test(line))).toEqual([]);
  });

  test('leave no half users, no orphans and no sessions of banned users', async () => {
    const found = await database.query(`
      select 'user without account' as what, u.id::text from users u
       where not exists (select from accounts a where a.user_id = u.id)
      union all select 'account without user', a.id::text from accounts a
       where not exists (select from users u where u.id = a.user_id)
      union all select 'session without user', s.id::text from sessions s
       where not exists (select from users u where u.id = s.user_id)
      union all select 'session created after the ban', s.id::text from sessions s join users u on u.id = s.user_id
       where u.banned and s.created_at > u.updated_at
      union all select 'two users with one e-mail', min(id)::text from users group by lower(email) having count(*) > 1`);
    expect(found).toEqual([]);
  });
});

function mean(samples: readonly number[], from: number, to: number): number {
  const part = samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to));
  return part.reduce((sum, sample) => sum + sample, 0) / part.length;
}
