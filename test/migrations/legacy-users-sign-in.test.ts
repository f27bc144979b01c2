import { readFileSync } from 'node:fs';
import { createDatabase, type PostgresVersion, type TestDatabase } from '../setup/database.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { startProgram } from '../setup/program.js';

interface Person {
  readonly case: string;
  readonly id: string;
  readonly signInEmail: string;
  readonly password: string;
  readonly outcome: 'ok' | 'conflict' | 'BANNED_USER' | 'INVALID_EMAIL_OR_PASSWORD';
  readonly storedEmail: string;
  readonly emailVerified: boolean;
  readonly createdAt: string | null;
  readonly name: string;
}

const expected = JSON.parse(readFileSync('test/legacy/fastapi.expected.json', 'utf8')) as { users: Person[] };

/** Digest of the legacy columns and of the table that refers to them. */
const UNTOUCHED = `
select md5(string_agg(t, E'\\n' order by t)) as digest
  from (select row(u.id, username, full_name, hashed_password, is_active, is_verified, is_superuser, avatar_url)::text as t
          from users u
         union all
        select o::text from orders o) rows`;

describe.each<PostgresVersion>([18, 14])('a migrated legacy database on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  let gatehouse: Gatehouse;
  let digestBefore: unknown;

  beforeAll(async () => {
    database = await createDatabase({ version });
    await database.query(readFileSync('test/legacy/fastapi.sql', 'utf8'));
    [digestBefore] = await database.query(UNTOUCHED);
    const migration = startProgram('../node_modules/typeorm/cli.js', {
      arguments: ['migration:run', '-d', 'dist/ormconfig.js'],
      environment: { DATABASE_URL: database.url },
    });
    expect([await migration.ended(), migration.output()]).toEqual([0, expect.stringContaining('conflicts')]);
    gatehouse = await startGatehouse({ PASSWORD_BCRYPT_COST: '11' }, database);
  });

  afterAll(async () => {
    await gatehouse?.stop();
    await database.drop();
  });

  test.each(expected.users)('$case: $outcome', async (person) => {
    const client = new BrowserLikeClient(gatehouse.origin);
    const answer = await client.post('/api/auth/sign-in/email', {
      email: person.signInEmail,
      password: person.password,
    });
    if (person.outcome === 'BANNED_USER' || person.outcome === 'INVALID_EMAIL_OR_PASSWORD') {
      expect(answer.json()).toMatchObject({ code: person.outcome });
      expect(answer.status).toBe(person.outcome === 'BANNED_USER' ? 403 : 401);
      return;
    }
    const { user } = answer.json<{ user: Record<string, unknown> }>();
    expect(user).toMatchObject({ id: person.id, name: person.name, emailVerified: person.emailVerified });
    expect(String(user['email']).toLowerCase()).toBe(person.storedEmail);
    if (person.outcome === 'ok') expect(user['email']).toBe(person.storedEmail);
    if (person.createdAt) expect(user['createdAt']).toBe(person.createdAt);
    const session = await client.get('/api/auth/get-session');
    expect(session.json()).toMatchObject({ user: { id: person.id } });
  });

  test('the legacy columns and other tables are unchanged, byte for byte', async () => {
    expect(await database.query(UNTOUCHED)).toEqual([digestBefore]);
  });

  test('a sign-in replaces a hash of another format and keeps a costlier hash of the same format', async () => {
    const rows = await database.query<{ format: string; count: string }>(
      `select split_part(a.password, '$', 2) as format, count(*) as count
         from accounts a where a.user_id = any ($1) group by 1 order by 1`,
      [expected.users.filter(({ outcome }) => outcome === 'ok').map(({ id }) => id)],
    );
    const formats = Object.fromEntries(rows.map(({ format, count }) => [format, Number(count)]));
    expect(Object.keys(formats).toSorted()).toEqual(['2b', 'bcrypt-sha256']);
    expect(formats['bcrypt-sha256']).toBe(1);
  });
});
