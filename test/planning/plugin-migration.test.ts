import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';
import { migrate } from '../setup/migrate.js';
import { expectOneSentence, runToEnd } from '../setup/run-to-end.js';
import { catalogue } from '../migrations/support.js';

/** Below the checkout, so that the compiled class finds TypeORM. */
const FOLDER = 'dist/plugins-migration-test';
const PLUGINS = './test/features/plugins/own-plugins.mjs';

let database: TestDatabase;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  database = await createDatabase({ template: MIGRATED });
});

afterAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  await database.drop();
});

const write = () =>
  runToEnd('dist/src/commands/plugins-migration.js', {
    environment: { DATABASE_URL: database.url, PLUGINS },
    arguments: [`--out=${FOLDER}`],
  });

test('the written class adds what a plugin needs, and takes it back', async () => {
  const before = await catalogue(database);
  expect(await write()).toMatchObject({ code: 0, err: '' });
  expect(await catalogue(database)).toEqual(before);
  const [file = ''] = readdirSync(FOLDER);
  const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
  expect(text).toMatch(/create table \\"own_notes\\"/);
  expect(text).not.toContain('gatehouse.');
  execFileSync('npm', ['run', 'build:extension', '--', `${FOLDER}/${file}`], { stdio: 'pipe' });
  const compiled = (await import(`../../${FOLDER}/${file.replace('.ts', '.js')}`)) as Record<
    string,
    new () => Record<'up' | 'down', (runner: { query(sql: string): Promise<unknown> }) => Promise<void>>
  >;
  const [Migration] = Object.values(compiled);
  const runner = { query: (sql: string) => database.query(sql) };
  const migration = new Migration!();
  await migration.up(runner);
  expect(await database.query('select text, user_id from own_notes')).toEqual([]);
  expect(await database.query('select favourite_colour from users')).toEqual([]);
  await migration.down(runner);
  expect(await catalogue(database)).toEqual(before);
}, 120_000);

test('if nothing is missing, it says so', async () => {
  await migrate(database, { PLUGINS });
  expectOneSentence(await write(), /^This database has all tables and columns of .*own-plugins\.mjs\.$/);
});
