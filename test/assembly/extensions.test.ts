import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { migrate } from '../setup/migrate.js';
import { aMember } from '../setup/people.js';
import { expectOneSentence, runToEnd } from '../setup/run-to-end.js';

/** Below the checkout, because the example imports this package by its name. */
const FOLDER = 'dist/extensions-test';
const PAGE = readFileSync('src/assembly/extensions.md', 'utf8');
const SETTINGS = { EXTENSIONS: `./${FOLDER}/notes.js`, USER_DELETE_USER_ENABLED: 'true' };

let database: TestDatabase;
let gatehouse: Gatehouse;

beforeAll(async () => {
  const [, example = ''] = /```ts\n(.*?)```/s.exec(PAGE) ?? [];
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/notes.ts`, example);
  execFileSync('npm', ['run', 'build:extension', '--', `${FOLDER}/notes.ts`], { stdio: 'pipe' });
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, SETTINGS);
  gatehouse = await startGatehouse(SETTINGS, database);
});

afterAll(async () => {
  await gatehouse?.stop();
  await database?.drop();
  rmSync(FOLDER, { recursive: true, force: true });
});

const notesOf = (userId: string) => database.query('select text from notes where user_id = $1', [userId]);

test('the example of the page has at most 40 lines', () => {
  const [, example = ''] = /```ts\n(.*?)\n```/s.exec(PAGE) ?? [];
  expect(example.split('\n').length).toBeLessThanOrEqual(40);
});

test('its route is guarded and checks the body as the own routes do', async () => {
  const ada = await aMember(gatehouse);
  const stranger = new BrowserLikeClient(gatehouse.origin);
  expect((await stranger.post('/api/auth/note', { text: 'hello' })).status).toBe(401);
  const long = await ada.client.post('/api/auth/note', { text: 'x'.repeat(201) });
  expect([long.status, long.json<{ code: string }>().code]).toEqual([400, 'VALIDATION_ERROR']);
  const kept = await ada.client.post('/api/auth/note', { text: 'hello' });
  expect([kept.status, kept.json()]).toEqual([200, { text: 'hello' }]);
  expect(await notesOf(ada.id)).toEqual([{ text: 'hello' }]);
});

test('its hook runs in the transaction that deletes a user', async () => {
  const ada = await aMember(gatehouse);
  await ada.client.post('/api/auth/note', { text: 'hello' });
  const { status } = await ada.client.post('/api/auth/delete-user', { password: ada.password });
  expect([status, await notesOf(ada.id)]).toEqual([200, []]);
});

test('its route is in the OpenAPI document', async () => {
  const { text } = await new BrowserLikeClient(gatehouse.origin).get('/docs/json');
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, { summary: string }>> };
  expect(paths['/api/auth/note']?.['post']?.summary).toBe('Keep a note');
});

test('the server does not start before its migration has run, and a revert takes it back', async () => {
  const other = await createDatabase({ template: MIGRATED });
  const environment = { DATABASE_URL: other.url, ...SETTINGS };
  const secret = { BETTER_AUTH_SECRET: 'a secret that only this test uses 4711' };
  const early = await runToEnd('dist/src/main.js', { environment: { ...environment, ...secret } });
  expectOneSentence(early, /1 migration has not run yet, first CreateNotes1796000000000/);
  expect(await runToEnd('dist/src/commands/migration-run.js', { environment })).toMatchObject({ code: 0 });
  expect(await runToEnd('dist/src/commands/migration-revert.js', { environment })).toMatchObject({ code: 0 });
  expect(await other.query(`select to_regclass('notes') as found`)).toEqual([{ found: null }]);
  await other.drop();
});

test.each([
  ['no/such/file.js', /^EXTENSIONS names no\/such\/file\.js, which cannot be loaded: /],
  ['package.json', /^EXTENSIONS must name modules whose default export is \{ module, … \}/],
])('%s is refused in one sentence, by the server and by the migrations', async (path, sentence) => {
  const environment = { DATABASE_URL: database.url, EXTENSIONS: path };
  expectOneSentence(await runToEnd('dist/src/main.js', { environment }), sentence);
  expectOneSentence(await runToEnd('dist/src/commands/migration-run.js', { environment }), sentence);
});
