import { resolve } from 'node:path';
import bcrypt from 'bcrypt';
import { planOf } from '../oracle/oracle.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { startProgram } from '../setup/program.js';
import { SIDES, otherSide, sessionOf, signIn, startTwoServers, type TwoServers } from './two-servers.js';

const LEGACY = `
create table users (
  id varchar(255) primary key,
  email varchar(255) not null unique,
  hashed_password text not null,
  full_name text,
  is_verified boolean not null default false,
  created_at timestamp default now()
)`;

const INSERT = `insert into users (id, email, hashed_password, full_name, is_verified) values ($1, $2, $3, $4, $5)`;

const PEOPLE = [
  {
    id: 'u1',
    email: 'Ada@Example.com',
    password: 'a password of Ada',
    name: 'Ada',
    verified: true,
    prefix: '$2b$',
  },
  {
    id: 'u2',
    email: 'bob@example.com',
    password: 'pässwort of Bob',
    name: 'Bob',
    verified: false,
    prefix: '$2a$',
  },
  {
    id: 'u3',
    email: 'cleo@example.com',
    password: 'Cleo came from PHP',
    name: 'Cleo',
    verified: true,
    prefix: '$2y$',
  },
  {
    id: 'u4',
    email: 'dan@example.com',
    password: 'x'.repeat(100),
    name: 'Dan',
    verified: false,
    prefix: '$2b$',
  },
];

let servers: TwoServers;

beforeAll(async () => {
  const database = await createDatabase();
  await fillLegacyTable(database);
  await migrate(database);
  servers = await startTwoServers({ database });
});

afterAll(() => servers.stop());

/** Runs the migrations with TypeORM's command, like an operator. */
async function migrate(database: TestDatabase): Promise<void> {
  const migrations = startProgram(resolve('node_modules/typeorm/cli.js'), {
    environment: { DATABASE_URL: database.url },
    arguments: ['migration:run', '-d', 'dist/ormconfig.js'],
  });
  if ((await migrations.ended()) !== 0) throw new Error(migrations.output());
}

async function fillLegacyTable(database: TestDatabase): Promise<void> {
  await database.query(LEGACY);
  for (const { id, email, password, name, verified, prefix } of PEOPLE) {
    const hash = (await bcrypt.hash(password, 5)).replace('$2b$', prefix);
    await database.query(INSERT, [id, email, hash, name, verified]);
  }
}

test('Better Auth’s own migrations have nothing to do on a migrated legacy database', async () => {
  const { plan, log } = await planOf(servers.database);
  expect(plan).toEqual({ toBeCreated: [], toBeAdded: [] });
  expect(log).toBe('');
});

// Better Auth comes first, because Gatehouse replaces a cheap hash at the first sign-in. The test after this one uses the
// new hash.
describe.each(SIDES.toReversed())('sign-in on %s', (side) => {
  test.each(PEOPLE)('accepts the old password of $name ($prefix)', async (person) => {
    const visitor = servers.visitor();
    const signedIn = await signIn(visitor[side], person.email, person.password);
    expect(signedIn.status).toBe(200);
    const expected = {
      user: {
        id: person.id,
        name: person.name,
        email: person.email.toLowerCase(),
        emailVerified: person.verified,
      },
    };
    expect(await sessionOf(visitor[side])).toMatchObject(expected);
    expect(await sessionOf(visitor[otherSide(side)])).toMatchObject(expected);
    expect(
      (await signIn(servers.visitor()[side], person.email, `${person.password.slice(0, 8)}?`)).status,
    ).toBe(401);
  });
});

test('Better Auth accepts the hashes with which Gatehouse replaced the old ones', async () => {
  for (const person of PEOPLE) {
    expect((await signIn(servers.visitor().oracle, person.email, person.password)).status).toBe(200);
  }
});

test('Better Auth logs no complaint about the schema', () => {
  expect(servers.oracle.log()).not.toMatch(/SCHEMA_MISMATCH|mismatch|drift|nullable|unhandled/i);
});
