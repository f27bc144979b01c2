import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { planMigrations } from '../../src/planning/plan-migrations.js';
import { legacyDatabase, VERSIONS, withDataSource } from '../migrations/support.js';

const HASH = '$2b$12$k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae';

it.each(VERSIONS)(
  'a plan warns if every role may create objects beside our tables, on PostgreSQL %i',
  async (version) => {
    const database = await legacyDatabase(
      version,
      `create table users (id serial primary key, email text not null unique, password text);
     insert into users (email, password) values ('a@example.com', '${HASH}')`,
    );
    const findings = async () =>
      (await withDataSource(database.url, (dataSource) => planMigrations(dataSource, NO_FIELDS))).findings;
    try {
      await database.administer('grant create on schema public to public');
      const [finding] = await findings();
      expect(finding).toMatchObject({
        level: 'warning',
        message: expect.stringContaining('Every role may create tables and functions in the schema public'),
        remedy: 'Run, if no role needs that: revoke create on schema public from public',
      });
      await database.administer(finding?.remedy.replace(/^.*?: /, '') ?? '');
      expect(await findings()).toEqual([]);
    } finally {
      await database.drop();
    }
  },
);

test('a plan names the roles of the old application, which have no rights on the new tables', async () => {
  const [writer, reader] = ['plan_test_writer', 'plan_test_reader'];
  const database = await legacyDatabase(
    18,
    `create table users (id serial primary key, email text not null unique, password text);
     insert into users (email, password) values ('a@example.com', '${HASH}')`,
  );
  try {
    await database.administer(
      `create role ${writer}; create role ${reader}; grant select, update on users to ${writer}; grant select on users to ${reader}`,
    );
    const { findings } = await withDataSource(database.url, (dataSource) =>
      planMigrations(dataSource, NO_FIELDS),
    );
    expect(findings).toEqual([
      {
        level: 'warning',
        area: 'structure',
        message: 'Roles that may write users, and will have no rights on the new tables',
        count: 1,
        examples: [writer],
        remedy:
          'If the server connects as one of them, run the grants of this plan for it after the migration.',
      },
    ]);
  } finally {
    await database.administer(`drop owned by ${writer}, ${reader}; drop role ${writer}; drop role ${reader}`);
    await database.drop();
  }
});
