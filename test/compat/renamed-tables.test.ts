import { checkCompatibility, type Compatibility } from '../../src/compat/compatibility.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { withTables } from '../migrations/support.js';
import type { TestDatabase } from '../setup/database.js';
import { createShapedDatabase, type Shape } from '../setup/renamed-database.js';

function check(database: TestDatabase): Promise<Compatibility> {
  return withTables(database.url, (dataSource) => checkCompatibility(dataSource, database.url, NO_FIELDS));
}

const messagesOf = ({ findings }: Compatibility, area: string) =>
  findings.filter((finding) => finding.area === area).map(({ message }) => message);

describe.each<[string, Shape]>([
  ['with other names', { renamed: true }],
  ['with times without zone', { timestamps: true, timeZone: 'America/New_York' }],
  [
    'with other names and times without zone',
    { renamed: true, timestamps: true, timeZone: 'America/New_York' },
  ],
])('compat:check of tables %s', (_, shape) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createShapedDatabase(shape);
    await database.query(`insert into users (id, name, email) values ('ada', 'Ada', 'ada@example.com')`);
  });

  afterAll(() => database.drop());

  it('finds nothing', async () => {
    expect(await check(database)).toEqual({
      compatible: true,
      users: 1,
      compared: [],
      skipped: [],
      findings: [],
    });
  });
});

describe('compat:check of renamed tables that do not fit', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createShapedDatabase({ renamed: true });
  });

  afterEach(() => database.drop());

  it('names tables and columns as they are in the database', async () => {
    await database.query(`
      alter table users alter auth_created_at drop not null;
      alter table auth_sessions drop constraint sessions_user_id_fkey;`);
    await database.query('drop index sessions_expires_at_idx');
    expect(messagesOf(await check(database), 'structure')).toEqual([
      'users.auth_created_at may be null, but must be NOT NULL.',
      'auth_sessions.user_id has no foreign key to users.',
      'The index sessions_expires_at_idx is missing.',
    ]);
  });

  it('reports a view that lacks a column or that cannot be written', async () => {
    await database.query(`
      drop view gatehouse.sessions;
      create view gatehouse.sessions as select distinct id, user_id, token, expires_at, created_at, updated_at, ip_address from auth_sessions;`);
    expect(messagesOf(await check(database), 'structure')).toEqual([
      'The view gatehouse.sessions has no column user_agent.',
      'PostgreSQL cannot write through the view gatehouse.sessions.',
    ]);
  });

  it('finds faulty rows, and its remedies can be run', async () => {
    await database.query(`
      insert into users (id, name, email, auth_email_verified) values ('ada', 'Ada', ' Ada@example.com', now());
      alter table users disable trigger user;
      update users set auth_email_verified = null;
      alter table users enable trigger user;`);
    const { findings } = await check(database);
    const remedies = findings.flatMap(({ remedy }) => /^Run for these rows: (.*)$/.exec(remedy)?.[1] ?? []);
    expect(remedies).toHaveLength(2);
    for (const remedy of remedies) await database.query(remedy);
    expect((await check(database)).findings).toEqual([]);
  });
});
