import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { describePlan } from '../../src/planning/describe-plan.js';
import type { Plan } from '../../src/planning/plan.js';
import { planMigrations } from '../../src/planning/plan-migrations.js';
import { countMigration } from '../../migrations/helpers/1763901300000-report.js';
import { fastapi, legacyDatabase, migrate, withDataSource } from '../migrations/support.js';
import type { TestDatabase } from '../setup/database.js';

const HASH = '$2b$12$k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae';

const plan = (database: TestDatabase): Promise<Plan> =>
  withDataSource(database.url, (dataSource) => planMigrations(dataSource, NO_FIELDS));

describe('what a plan says before the migrations', () => {
  let database: TestDatabase;
  afterEach(() => database.drop());

  it('about names and rights is so afterwards', async () => {
    database = await legacyDatabase(
      18,
      `create table auth_user (id serial primary key, email text not null, password text, created_at bigint);
       insert into auth_user (email, password, created_at) values ('a@example.com', '${HASH}', 1700000000)`,
    );
    const before = await plan(database);
    expect(before.names).toEqual([
      { table: 'users', name: 'auth_user', columns: { created_at: 'auth_created_at' } },
    ]);
    expect(before.mapping?.user.fields).toMatchObject({ createdAt: 'auth_created_at' });
    expect(before.grants.serving).toContain('grant usage on sequence public.auth_user_id_seq to <role>;');
    expect(before.grants.serving.join('\n')).toContain('gatehouse.users');
    expect(describePlan(before)).toContain(`createdAt: 'auth_created_at'`);
    await migrate(database);
    const { names, mapping, grants } = await plan(database);
    expect({ names, mapping, grants }).toEqual({
      names: before.names,
      mapping: before.mapping,
      grants: before.grants,
    });
  });

  it('about sign-ins is in the final report, in the same words', async () => {
    database = await fastapi(18);
    const { legacy } = await plan(database);
    await migrate(database);
    const counts = await withDataSource(database.url, (dataSource) =>
      countMigration(dataSource.createQueryRunner()),
    );
    expect(legacy).toMatchObject({
      users: counts.users,
      canSignIn: counts.canSignIn,
      cannot: counts.cannot,
    });
  });

  it('recommends no right that the migrating role has', async () => {
    database = await legacyDatabase(18, '');
    const recommended = (await plan(database)).grants.migrating;
    expect(recommended).toEqual(['grant pg_read_all_stats to app_owner;']);
    const url = new URL(database.superuserUrl);
    const asSuperuser = await withDataSource(url.href, (dataSource) => planMigrations(dataSource, NO_FIELDS));
    expect(asSuperuser.grants.migrating).toEqual([]);
  });
});
