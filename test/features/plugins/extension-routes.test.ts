import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { aMember, type Member } from '../../setup/people.js';

/** Below the checkout, because the extension imports this package by its name. */
const FOLDER = 'dist/extension-routes-test';

const EXTENSION = `
import { Body, Controller, Get, Module, Param, Redirect, Req, StreamableFile } from '@nestjs/common';
import { AuthGet, AuthPost } from 'gatehouse/http/auth-route.js';
import { Text } from 'gatehouse/http/fields.js';
import { CurrentUser, type SignedInUser } from 'gatehouse/users/current-user.js';

class Note { @Text({ maxLength: 20 }) text!: string }

@Controller()
class Notes {
  @AuthPost('note/:place', { summary: 'Keep a note', body: Note, answer: Note })
  keep(@CurrentUser() { user }: SignedInUser, @Param('place') place: string, @Body() { text }: Note) {
    return { text: [user.name, place, text].join(' ') };
  }
  @AuthGet('bytes', { summary: 'Bytes' })
  bytes() { return new StreamableFile(Buffer.from([0, 255, 10])); }
  @Get('away') @Redirect('https://app.example.com/', 302)
  away() {}
  @Get('files/*')
  file(@Req() { url }: { url: string }) { return { url }; }
}
@Module({ controllers: [Notes] })
class NotesModule {}
export default { module: NotesModule };
`;

const PLUGINS = `
import { apiKey } from '@better-auth/api-key';
import { createAuthMiddleware, APIError } from 'better-auth/api';
const seen = createAuthMiddleware(async (ctx) => {
  if (ctx.body?.text === 'forbidden') throw new APIError('FORBIDDEN', { code: 'NO_SUCH_NOTE' });
  if (ctx.body?.text === 'old') return { context: { body: { text: 'new' } } };
});
const told = createAuthMiddleware(async (ctx) => {
  ctx.setHeader('x-hook', ctx.path);
  if (ctx.context.returned?.text?.endsWith('rewrite')) return ctx.json({ text: 'rewritten' });
});
export default [apiKey({ enableSessionForAPIKeys: true })];
export const hooks = { before: seen, after: told };
`;

const SETTINGS = {
  EXTENSIONS: `./${FOLDER}/notes.js`,
  PLUGINS: `./${FOLDER}/plugins.mjs`,
  TRUSTED_ORIGINS: 'https://app.example.com',
};

let database: TestDatabase;
let gatehouse: Gatehouse;
let ada: Member;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/notes.ts`, EXTENSION);
  writeFileSync(`${FOLDER}/plugins.mjs`, PLUGINS);
  execFileSync('npm', ['run', 'build:extension', '--', `${FOLDER}/notes.ts`], { stdio: 'pipe' });
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, SETTINGS);
  gatehouse = await startGatehouse(SETTINGS, database);
  ada = await aMember(gatehouse, { name: 'Ada' });
});

afterAll(async () => {
  await gatehouse?.stop();
  await database?.drop();
  rmSync(FOLDER, { recursive: true, force: true });
});

const keep = async (text: string) => {
  const { status, headers, text: body } = await ada.client.post('/api/auth/note/desk', { text });
  return [status, headers['x-hook'], JSON.parse(body)];
};

test('hooks of the module run around a route of an extension, and see its path', async () => {
  expect(await keep('hello')).toEqual([200, '/note/:place', { text: 'Ada desk hello' }]);
});

test('a hook that runs before changes the body, or refuses the request', async () => {
  expect(await keep('old')).toEqual([200, '/note/:place', { text: 'Ada desk new' }]);
  expect(await keep('forbidden')).toEqual([403, undefined, { code: 'NO_SUCH_NOTE' }]);
});

test('a hook that runs after changes the answer', async () => {
  expect(await keep('rewrite')).toEqual([200, '/note/:place', { text: 'rewritten' }]);
});

test('the route still checks its body and its guard', async () => {
  const long = await ada.client.post('/api/auth/note/desk', { text: 'x'.repeat(21) });
  expect([long.status, long.json<{ code: string }>().code]).toEqual([400, 'VALIDATION_ERROR']);
  const stranger = new BrowserLikeClient(gatehouse.origin);
  const answer = await stranger.post('/api/auth/note/desk', { text: 'hello' });
  expect([answer.status, answer.json<{ code: string }>().code]).toEqual([401, 'UNAUTHORIZED']);
});

test('a request with a foreign origin is refused', async () => {
  const headers = { origin: 'https://evil.example' };
  const answer = await ada.client.call('/api/auth/note/desk', {
    method: 'POST',
    body: { text: 'a' },
    headers,
  });
  expect(answer.status).toBe(403);
});

test('an API key opens a route of an extension', async () => {
  const made = await ada.client.post('/api/auth/api-key/create', { name: 'ci' });
  const headers = { 'x-api-key': made.json<{ key: string }>().key };
  const machine = new BrowserLikeClient(gatehouse.origin);
  const call = { method: 'POST', body: { text: 'hello' }, headers };
  const kept = await machine.call('/api/auth/note/desk', call);
  expect([kept.status, kept.json(), kept.setCookies]).toEqual([200, { text: 'Ada desk hello' }, []]);
  const wrong = await machine.call('/api/auth/note/desk', { ...call, headers: { 'x-api-key': 'wrong' } });
  expect(wrong.status).toBe(403);
});

test('bytes, redirects and paths of any length pass through hooks unchanged', async () => {
  const cookie = [...ada.client.cookies].map((pair) => pair.join('=')).join('; ');
  const bytes = await fetch(`${gatehouse.origin}/api/auth/bytes`, { headers: { cookie } });
  expect([bytes.status, bytes.headers.get('x-hook')]).toEqual([200, '/bytes']);
  expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([0, 255, 10]);
  const away = await ada.client.get('/api/auth/away');
  expect([away.status, away.headers['location']]).toEqual([302, 'https://app.example.com/']);
  const file = await ada.client.get('/api/auth/files/a/b/c?d=e');
  expect([file.status, file.json()]).toEqual([200, { url: '/api/auth/files/a/b/c?d=e' }]);
});
