import { MIGRATIONS } from '../../migrations/index.js';
import type { TestDatabase } from '../setup/database.js';
import { meetingAtLock } from '../setup/locks.js';
import { startLegacyApplication, type LegacyApplication } from '../setup/legacy-application.js';
import { fastapi, fingerprint, migrate, revert, VERSIONS } from './support.js';

const HASHES = ['a', 'b', 'c', 'd'].map((letter) => `$2b$12$${letter.repeat(53)}`);
const [HASH = '', OTHER = '', THIRD = '', FOURTH = ''] = HASHES;

/** Number of migrations from this one to the last. */
export const since = (name: string) =>
  MIGRATIONS.length - MIGRATIONS.findIndex((migration) => migration.name.startsWith(name));

const OUTCOME: readonly (readonly [string, string])[] = [
  [
    'users',
    `id, email, name, image, is_email_verified, email_verified is not null, banned, ban_reason, ban_expires,
     full_name, hashed_password, is_active, is_verified, avatar_url`,
  ],
  ['accounts', 'id, user_id, provider_id, provider_user_id, password'],
  ['gatehouse.conflicts', '*'],
  ['gatehouse.quarantine', '*'],
];

/** Everything the migrations copied, row by row, without the times at which they ran. */
async function outcome(database: TestDatabase): Promise<string[]> {
  const lines: string[] = [];
  for (const [table, columns] of OUTCOME) {
    const rows = await database.query<{ row: string }>(
      `select t::text as row from (select ${columns} from ${table}) as t order by t::text collate "C"`,
    );
    lines.push(...rows.map(({ row }) => `${table} ${row}`));
  }
  return lines;
}

type Writes = (application: LegacyApplication) => Promise<void>;

async function withApplication(database: TestDatabase, work: Writes): Promise<void> {
  const application = await startLegacyApplication(database);
  try {
    await work(application);
  } finally {
    await application.stop();
  }
}

const TIMES = { created_at: '2024-02-03 04:05:06.789', updated_at: '2024-02-04 00:00:00' };

/** Does everything that an application can do to its users, on its own rows. */
const everything =
  (prefix: string): Writes =>
  async (application) => {
    const id = (name: string) => `${prefix}-${name}`;
    const email = (name: string) => `${prefix}.${name}@example.com`;
    const register = (name: string, more = {}) =>
      application.register({ id: id(name), email: email(name), hashed_password: HASH, ...TIMES, ...more });
    await register('plain', { full_name: 'Plain', is_verified: true, avatar_url: 'https://cdn/x.png' });
    await register('padded', { email: ` ${email('Padded').toUpperCase()}\t` });
    await register('nobody', { hashed_password: null, created_at: null, updated_at: null });
    await register('unusable', { hashed_password: '!locked', full_name: '  ' });
    await register('inactive', { is_active: false });
    await register('changed');
    await application.change(id('changed'), { hashed_password: OTHER });
    await application.change(id('changed'), { email: email('Moved') });
    await application.change(id('changed'), { full_name: 'Renamed', avatar_url: 'https://cdn/y.png' });
    await application.change(id('changed'), { is_verified: true });
    await register('verified-no-more', { is_verified: true });
    await application.change(id('verified-no-more'), { is_verified: null });
    await register('back-again', { is_active: false });
    await application.change(id('back-again'), { is_active: true });
    await register('locked');
    await application.change(id('locked'), { hashed_password: '' });
    await register('opened', { hashed_password: null });
    await application.change(id('opened'), { hashed_password: THIRD });
    await register('gone');
    await application.remove(id('gone'));
    await register('twin', { email: email('Twin') });
    await register('second-twin', { email: email('twin') });
    await register('third-twin', { email: email('TWIN') });
    await register('conflict', { email: email('Conflict') });
    await register('conflicting', { email: email('CONFLICT') });
  };

describe.each(VERSIONS)('a legacy application on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await fastapi(version);
  });
  afterEach(() => database.drop());

  /** The result if an application wrote all this alone before the migrations. */
  async function asIfBefore(...writes: Writes[]): Promise<string[]> {
    const twin = await fastapi(version);
    try {
      for (const write of writes) await withApplication(twin, write);
      await migrate(twin);
      return await outcome(twin);
    } finally {
      await twin.drop();
    }
  }

  it('may write before, during and after the backfill, with the same result', async () => {
    const existing: Writes = async (application) => {
      const [one, two, three, four] = await application.query<{ id: string }>(
        `select id from users where hashed_password like '$2%' and is_active and email like 'user%' order by id limit 4`,
      );
      await application.change(one?.id ?? '', { hashed_password: FOURTH, email: 'One.Moved@example.com' });
      await application.change(two?.id ?? '', { is_active: false, full_name: 'Two' });
      await application.change(three?.id ?? '', { hashed_password: null, is_verified: false });
      await application.query('delete from orders where user_id = $1', [four?.id]);
      await application.remove(four?.id ?? '');
    };
    const [before, between, during, after] = ['before', 'between', 'during', 'after'].map(everything);
    const expected = await asIfBefore(before!, between!, existing, during!, after!);

    await withApplication(database, before!);
    await migrate(database);
    await revert(database, since('BackfillUsers'));
    // The triggers exist, and no row has been backfilled.
    await withApplication(database, between!);
    await database.query(
      `insert into gatehouse.backfills (name, paused) values ('backfill users', true), ('backfill credential accounts', true)`,
    );
    const run = migrate(database);
    await withApplication(database, existing);
    await database.query(`update gatehouse.backfills set paused = false where name = 'backfill users'`);
    while ((await database.query(`select 1 from gatehouse.backfills where rows > 0`)).length === 0);
    // Users are backfilled, their passwords are not.
    await withApplication(database, during!);
    await database.query('update gatehouse.backfills set paused = false');
    expect(await run).toBe(since('BackfillUsers'));
    await withApplication(database, after!);
    expect(await outcome(database)).toEqual(expected);
  });

  it('gets no account for a password that it removes while a batch is copying it', async () => {
    await migrate(database);
    await withApplication(database, async (application) => {
      await application.register({ id: 'removed', email: 'removed@example.com', hashed_password: HASH });
      await database.query(`delete from accounts where user_id = 'removed'`);
      const batch = `
        with batch as (
          select 1 from gatehouse.backfills where name = 'backfill credential accounts' for update
        )
        insert into accounts (id, user_id, provider_id, provider_user_id, password)
        select 'late', 'removed', 'credential', 'removed', '${HASH}' from batch`;
      await meetingAtLock(database, { statement: batch, waiting: 1 }, () =>
        application.change('removed', { hashed_password: null }),
      );
      expect(await database.query(`select id from accounts where user_id = 'removed'`)).toEqual([]);
    });
  });

  it('finds everything as it wrote it after a revert', async () => {
    const twin = await fastapi(version);
    const writes = [everything('first'), everything('second')];
    for (const write of writes) await withApplication(twin, write);
    const expected = [await fingerprint(twin), await twin.query('select * from users order by id')];
    await twin.drop();

    await migrate(database);
    await withApplication(database, writes[0]!);
    await revert(database, since('FollowLegacyWrites') - 2);
    // The backfills are reverted, and the triggers still exist.
    await withApplication(database, writes[1]!);
    await revert(database, MIGRATIONS.length - since('FollowLegacyWrites') + 2);
    expect([await fingerprint(database), await database.query('select * from users order by id')]).toEqual(
      expected,
    );
  });
});
