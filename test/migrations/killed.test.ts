import { createHash, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { startRestartablePostgres, type RestartablePostgres } from '../setup/restartable-postgres.js';
import { startCommand } from './command.js';
import { catalogue, migrate, revert } from './support.js';

const ROWS = 12_000;

/** `SEED=… npm test -- test/migrations/killed` repeats the random choices, but not the speed of the machine. */
const SEED = Number(process.env['SEED'] ?? randomInt(2 ** 32));

const LEGACY = `
  create table users (
    id text primary key, email text not null unique, full_name text, hashed_password text, is_verified boolean,
    is_active boolean not null default true, created_at timestamp, updated_at timestamp
  );
  create index users_created on users (created_at);
  insert into users
  select md5(n::text), case when n % 7 = 0 then ' User' else 'user' end || n || '@example.com',
         case when n % 5 > 0 then 'Name ' || n end,
         case when n % 3 > 0 then '$2b$12$' || rpad(n::text, 53, 'x') end, n % 2 = 0, n % 11 > 0,
         case when n % 13 > 0 then timestamp '2020-01-01' + n * interval '1 minute' end, null
  from generate_series(1, ${ROWS}) as n;
  insert into users values ('twin', 'USER1@example.com');
`;

/** Tables that are renamed, and a `sessions` table whose legacy columns stay beside ours. */
const OF_OTHER_NAMES = `
  create table "user" (id text primary key, email text not null unique, name text not null, "emailVerified" boolean not null,
                       image text, "createdAt" timestamp not null, "updatedAt" timestamp not null);
  insert into "user" select md5(n::text), case when n % 7 = 0 then 'User' else 'user' end || n || '@example.com', 'Name', n % 2 = 0,
                            null, timestamp '2020-01-01', timestamp '2020-01-01' from generate_series(1, ${ROWS}) as n;
  create table sessions (id text primary key, "sessionToken" text not null unique, "userId" text not null,
                         expires timestamptz not null);
  insert into sessions select id, id || 't', id, timestamptz '2040-01-01' from "user";
  create table account (id text primary key, "userId" text not null, "providerId" text not null, "accountId" text not null,
                        password text, "createdAt" timestamp not null, "updatedAt" timestamp not null);
  insert into account select id, id, 'credential', id, '$2b$12$' || rpad(id, 53, 'x'), "createdAt", "updatedAt" from "user"`;

interface Ordeal {
  readonly what: string;
  readonly legacy: string;
  readonly kills: number;
  readonly revertKills: number;
  /** Faults begin after this migration, within `share` of the time of an undisturbed run. */
  readonly after?: string;
  readonly share: number;
}

const USERS: Ordeal = { what: 'users', legacy: LEGACY, kills: 6, revertKills: 2, share: 0.5 };
const ADOPTED: Ordeal = {
  what: 'tables with other names',
  legacy: OF_OTHER_NAMES,
  kills: 2,
  revertKills: 1,
  after: 'CreateBookkeeping',
  share: 0.25,
};

/** A seeded generator of numbers from 0 to 1 (mulberry32), so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** SQL that removes what differs between runs: ids that a rollback skips, and the number of batches. */
const OF_THE_WAY: Readonly<Record<string, string>> = {
  'gatehouse.undo': `- 'id'`,
  'gatehouse.backfills': `- '{cursor,until,rows}'::text[]`,
  gatehouse_migrations: `- 'id'`,
};

/** Structure, and a digest of all rows and columns of every table. Replaces the times of the run by one text. */
async function state(database: TestDatabase): Promise<string[]> {
  const lines = await catalogue(database);
  const tables = await database.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relnamespace in (select oid from pg_namespace where nspname in ('public', 'gatehouse')) and relkind = 'r' order by 1`,
  );
  for (const { name } of tables) {
    const rows = await database.query<{ row: string }>(
      `select (to_jsonb(t) ${OF_THE_WAY[name] ?? ''})::text as row from ${name} t order by 1`,
    );
    const text = rows
      .map(({ row }) => row)
      .join('\n')
      .replaceAll(/"202[6-9]-\d\d-\d\dT[^"]+"/g, '"run"');
    lines.push(`rows ${name} ${rows.length} ${createHash('sha256').update(text).digest('hex')}`);
  }
  return lines;
}

const ORDEALS = [
  [USERS.what, 18, USERS] as const,
  [USERS.what, 14, { ...USERS, kills: 5, revertKills: 2 }] as const,
  [ADOPTED.what, 18, ADOPTED] as const,
];

describe.each(ORDEALS)('%s, killed at random moments on PostgreSQL %i', (_what, version, ordeal) => {
  const random = randomFrom(SEED + version);
  let server: RestartablePostgres;
  let pristine: TestDatabase;
  let database: TestDatabase;
  let undisturbed: string[];
  let before: string[];
  /** Milliseconds that an undisturbed run takes. */
  let duration: number;

  beforeAll(async () => {
    process.stdout.write(`PostgreSQL ${version}: SEED=${SEED}\n`);
    server = await startRestartablePostgres(version);
    pristine = await createDatabase({ server: server.url });
    await pristine.query(ordeal.legacy);
    before = await state(pristine);
    await pristine.pool.end();
    await renew();
    const run = startCommand('run', database.url);
    await atWork();
    const began = performance.now();
    expect([await run.exit, run.output()]).toEqual([0, expect.anything()]);
    duration = performance.now() - began;
    undisturbed = await state(database);
  });
  afterAll(async () => {
    await database.pool.end();
    await server.stop();
  });

  const renew = async () => {
    await database?.drop();
    database = await createDatabase({
      server: server.url,
      template: new URL(pristine.url).pathname.slice(1),
    });
  };
  const atWork = async (ended = () => false) => {
    const sessions = `select 1 from pg_stat_activity where datname = current_database() and application_name = 'gatehouse-migrations-at-work'`;
    const look = () => database.query(sessions).catch(() => []);
    while (!ended() && (await look()).length === 0) await sleep(5);
  };

  const isDone = async (migration: string, ended: () => boolean) => {
    const ours = `select 1 from gatehouse_migrations where starts_with(name, $1)`;
    const look = () => database.query(ours, [migration]).catch(() => []);
    while (!ended() && (await look()).length === 0) await sleep(5);
  };

  const terminate = () =>
    database.administer(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'gatehouse-migrations%'`,
    );

  it(`${ordeal.kills} kills, lost connections and crashes of PostgreSQL end like an undisturbed run`, async () => {
    const done = { kill: 0, terminate: 0, crash: 0 };
    const faults = ['kill', 'terminate', 'kill', 'kill', 'crash', 'kill', 'kill'] as const;
    for (let step = 0; done.kill < ordeal.kills;) {
      await renew();
      for (;;) {
        const run = startCommand('run', database.url);
        await atWork(run.ended);
        if (ordeal.after) await isDone(ordeal.after, run.ended);
        await sleep(random() * duration * ordeal.share);
        if (run.ended()) {
          expect([await run.exit, run.output()]).toEqual([0, expect.anything()]);
          // The undisturbed run was slower, because the machine was busy. Otherwise no fault would come in time.
          duration *= 0.8;
          break;
        }
        const fault = faults[step++ % faults.length] ?? 'kill';
        if (fault === 'kill') run.kill();
        else await (fault === 'crash' ? server.crashAndRestart() : terminate());
        const code = await run.exit;
        // The run may have finished just before the fault.
        if (code === 0) break;
        done[fault] += 1;
        expect(code).toBe(fault === 'kill' ? null : 1);
        expect(run.output()).not.toMatch(/^\s+at /m);
      }
      expect(await state(database)).toEqual(undisturbed);
    }
    process.stdout.write(`PostgreSQL ${version}, ${ordeal.what}: ${JSON.stringify(done)}\n`);
  });

  it(`${ordeal.revertKills} kills during a revert still restore the legacy database`, async () => {
    await renew();
    await migrate(database);
    let longest = 200;
    for (let kills = 0; kills < ordeal.revertKills;) {
      const command = startCommand('revert', database.url);
      await atWork(command.ended);
      await sleep(random() * longest);
      command.kill();
      if ((await command.exit) === null) kills += 1;
      else longest *= 0.8;
    }
    await revert(database, (await database.query('select 1 from gatehouse_migrations')).length);
    await database.query('drop table gatehouse_migrations');
    expect(await state(database)).toEqual(before);
  });
});
