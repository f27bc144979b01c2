import { MIGRATIONS } from '../../migrations/index.js';
import { pendingMigrations } from '../../src/migrating/expected-migrations.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { catalogue, fingerprint, migrate, revert, VERSIONS, withDataSource, withTables } from './support.js';

describe.each(VERSIONS)('an empty database on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase({ version });
  });
  afterEach(() => database.drop());

  it('gets all tables as the entities define them', async () => {
    await migrate(database);
    const queries = await withTables(database.url, async (dataSource) => {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      return upQueries.map(({ query }) => query);
    });
    expect(queries).toEqual([]);
  });

  it('lists all migrations as pending until they run, and listing writes nothing', async () => {
    const names = MIGRATIONS.map((migration) => migration.name);
    expect(await withDataSource(database.url, (dataSource) => pendingMigrations(dataSource))).toEqual(names);
    expect(await database.query(`select to_regclass('gatehouse_migrations') as found`)).toEqual([
      { found: null },
    ]);
    await migrate(database);
    expect(await withDataSource(database.url, (dataSource) => pendingMigrations(dataSource))).toEqual([]);
  });

  it('is the same after up, down and up', async () => {
    await migrate(database);
    const first = await catalogue(database);
    await revert(database);
    expect(await catalogue(database)).toEqual([]);
    await migrate(database);
    expect(await catalogue(database)).toEqual(first);
  });

  it('is not changed by a second run', async () => {
    await migrate(database);
    const first = await fingerprint(database);
    expect(await migrate(database)).toBe(0);
    expect(await fingerprint(database)).toEqual(first);
  });

  it('can be reverted and migrated again from every step', async () => {
    await migrate(database);
    const first = await catalogue(database);
    for (let steps = 1; steps <= MIGRATIONS.length; steps++) {
      await revert(database, steps);
      await migrate(database);
    }
    expect(await catalogue(database)).toEqual(first);
  });

  it('is migrated once if three runs start at the same time', async () => {
    const counts = await Promise.all([migrate(database), migrate(database), migrate(database)]);
    expect(counts.toSorted((a, b) => a - b)).toEqual([0, 0, MIGRATIONS.length]);
  });

  it('keeps email_verified and is_email_verified equal, no matter which one is written', async () => {
    await migrate(database);
    const step = async (sql: string) => {
      const [row] = await database.query<{ at: Date | null; flag: boolean }>(
        `${sql} returning email_verified as at, is_email_verified as flag`,
      );
      expect(row?.flag).toBe(row?.at !== null);
      return row?.at?.toISOString().slice(0, 4) ?? null;
    };
    const insert = (id: string, columns: string, values: string) =>
      step(
        `insert into users (id, name, email${columns}) values ('${id}', 'A', '${id}@example.com'${values})`,
      );
    const now = String(new Date().getUTCFullYear());
    expect(await insert('1', '', '')).toBeNull();
    expect(await insert('2', ', is_email_verified', ', true')).toBe(now);
    expect(await insert('3', ', email_verified', `, '2001-01-01'`)).toBe('2001');
    expect(await step(`update users set is_email_verified = true where id = '1'`)).toBe(now);
    expect(await step(`update users set is_email_verified = false where id = '1'`)).toBeNull();
    expect(await step(`update users set email_verified = '2002-01-01' where id = '1'`)).toBe('2002');
    expect(await step(`update users set is_email_verified = true, name = 'B' where id = '1'`)).toBe('2002');
    expect(await step(`update users set email_verified = null where id = '1'`)).toBeNull();
    expect(
      await step(`update users set email_verified = '2003-01-01', is_email_verified = false where id = '2'`),
    ).toBe('2003');
    expect(
      await step(`update users set email_verified = null, is_email_verified = true where id = '2'`),
    ).toBeNull();
  });

  it('keeps expires_at and access_token_expires_at of an account equal', async () => {
    await migrate(database);
    await database.query(`insert into users (id, name, email) values ('1', 'A', 'a@example.com')`);
    const step = async (sql: string) => {
      const [row] = await database.query<{ seconds: string | null; at: Date | null }>(
        `${sql} returning expires_at as seconds, access_token_expires_at as at`,
      );
      return [row?.seconds ?? null, row?.at?.getTime() ?? null];
    };
    const insert = `insert into accounts (id, user_id, provider_id, provider_user_id`;
    expect(await step(`${insert}) values ('1', '1', 'p', '1')`)).toEqual([null, null]);
    expect(await step(`${insert}, expires_at) values ('2', '1', 'p', '2', 1000)`)).toEqual([
      '1000',
      1_000_000,
    ]);
    expect(
      await step(`${insert}, access_token_expires_at) values ('3', '1', 'p', '3', to_timestamp(1000.9))`),
    ).toEqual(['1000', 1_000_900]);
    const update = (set: string) => step(`update accounts set ${set} where id = '3'`);
    expect(await update('expires_at = 2000')).toEqual(['2000', 2_000_000]);
    expect(await update('access_token_expires_at = to_timestamp(3000)')).toEqual(['3000', 3_000_000]);
    expect(await update('expires_at = 1, access_token_expires_at = null')).toEqual([null, null]);
  });
});
