import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writtenValues } from '../../src/additional-fields/field-code.js';
import { loadConfiguredFields } from '../../src/config/config.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { startProgram } from '../setup/program.js';

const FIELDS = {
  locale: { type: 'string', required: false, defaultValue: 'en' },
  nickname: { type: 'string', required: true },
  role: { type: 'string', input: false, defaultValue: 'member' },
  score: { type: 'number', required: false, bigint: true },
  tags: { type: 'string[]', required: false, fieldName: 'tag_list' },
  internalNote: { type: 'string', required: false, returned: false },
  bornAt: { type: 'date', required: false },
};
const SESSION_FIELDS = { device: { type: 'string', required: false, defaultValue: 'unknown' } };

const environment = {
  USER_ADDITIONAL_FIELDS: JSON.stringify(FIELDS),
  SESSION_ADDITIONAL_FIELDS: JSON.stringify(SESSION_FIELDS),
};

let database: TestDatabase;
let gatehouse: Gatehouse;

const typeorm = (command: string, variables: Record<string, string> = {}) =>
  startProgram('../node_modules/typeorm/cli.js', {
    arguments: [command, '-d', 'dist/ormconfig.js'],
    environment: { DATABASE_URL: database.url, ...environment, ...variables },
  });

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  const migration = typeorm('migration:run');
  expect([await migration.ended(), migration.output()]).toEqual([
    0,
    expect.stringContaining('AddConfiguredColumns'),
  ]);
  gatehouse = await startGatehouse(environment, database);
});

afterAll(async () => {
  await gatehouse?.stop();
  await database.drop();
});

const newUser = (fields: Record<string, unknown> = {}) => ({
  name: 'Ada',
  email: `ada.${Math.random().toString(36).slice(2)}@example.com`,
  password: 'correct horse battery',
  nickname: 'countess',
  ...fields,
});

async function signUp(fields: Record<string, unknown> = {}) {
  const client = new BrowserLikeClient(gatehouse.origin);
  const answer = await client.post('/api/auth/sign-up/email', newUser(fields));
  return { client, answer };
}

test('answers have the fields in the declared order before the id, with defaults or null', async () => {
  const { client, answer } = await signUp({
    score: 5,
    tags: ['a', 'b'],
    internalNote: 'secret',
    bornAt: '1815-12-10T00:00:00.000Z',
  });
  expect(answer.status).toBe(200);
  const { user } = answer.json<{ user: Record<string, unknown> }>();
  expect(Object.keys(user).slice(-7)).toEqual([
    'locale',
    'nickname',
    'role',
    'score',
    'tags',
    'bornAt',
    'id',
  ]);
  const expected = {
    locale: 'en',
    nickname: 'countess',
    role: 'member',
    score: '5',
    tags: ['a', 'b'],
    bornAt: '1815-12-10T00:00:00.000Z',
  };
  expect(user).toMatchObject(expected);
  const session = (await client.get('/api/auth/get-session')).json<Record<string, Record<string, unknown>>>();
  expect(session['user']).toEqual(user);
  expect(session['session']).toMatchObject({ device: 'unknown' });
  const listed = (await client.get('/api/auth/list-sessions')).json<Record<string, unknown>[]>();
  expect(listed[0]).toMatchObject({ device: 'unknown' });
  const [row] = await database.query(`select internal_note from users where id = $1`, [user['id']]);
  expect(row).toEqual({ internal_note: 'secret' });
});

test('the answer to sign-in has the fields too', async () => {
  const body = newUser({ locale: 'de' });
  await new BrowserLikeClient(gatehouse.origin).post('/api/auth/sign-up/email', body);
  const answer = await new BrowserLikeClient(gatehouse.origin).post('/api/auth/sign-in/email', body);
  expect(answer.json()).toMatchObject({ user: { locale: 'de', nickname: 'countess' } });
});

test.each([
  ['a required field is missing', { nickname: undefined }, 400, 'MISSING_FIELD', 'nickname is required'],
  [
    'a value does not fit the type of its column',
    { score: 'many' },
    422,
    'FAILED_TO_CREATE_USER',
    'Failed to create user',
  ],
  [
    'a text is too long',
    { nickname: 'x'.repeat(65_537) },
    400,
    'VALIDATION_ERROR',
    '[body.nickname] Too big: expected at most 65536 characters',
  ],
  [
    'a list is too long',
    { tags: ['x'.repeat(65_536)] },
    400,
    'VALIDATION_ERROR',
    '[body.tags] Too big: expected at most 65536 characters',
  ],
])('refuses sign-up if %s', async (_, fields, status, code, message) => {
  const { answer } = await signUp(fields);
  expect(answer.status).toBe(status);
  expect(answer.json()).toEqual({ message, code });
});

test('ignores a field with input: false on sign-up, and refuses it in update-user', async () => {
  const { client, answer } = await signUp({ role: 'admin' });
  expect(answer.json()).toMatchObject({ user: { role: 'member' } });
  const update = await client.post('/api/auth/update-user', { role: 'admin' });
  expect(update.status).toBe(400);
  expect(update.json()).toEqual({ message: 'role is not allowed to be set', code: 'FIELD_NOT_ALLOWED' });
  expect((await client.get('/api/auth/get-session')).json()).toMatchObject({ user: { role: 'member' } });
});

test('update-user changes fields, but changes nothing if one value does not fit its column', async () => {
  const { client } = await signUp();
  expect((await client.post('/api/auth/update-user', { locale: 'fr', score: 7 })).json()).toEqual({
    status: true,
  });
  const refused = await client.post('/api/auth/update-user', { score: 'many', locale: 'es' });
  expect([refused.status, refused.json()]).toEqual([
    400,
    { message: 'Failed to update user', code: 'FAILED_TO_UPDATE_USER' },
  ]);
  expect((await client.get('/api/auth/get-session')).json()).toMatchObject({
    user: { locale: 'fr', score: '7' },
  });
});

test('without automatic sign-in, sign-up answers a known e-mail with the same fields as a new one', async () => {
  const quiet = await startGatehouse({ ...environment, EMAIL_AND_PASSWORD_AUTO_SIGN_IN: 'false' }, database);
  try {
    const body = newUser({ locale: 'it' });
    const client = new BrowserLikeClient(quiet.origin);
    const first = (await client.post('/api/auth/sign-up/email', body)).json<{
      user: Record<string, unknown>;
    }>().user;
    const second = (await client.post('/api/auth/sign-up/email', body)).json<{
      user: Record<string, unknown>;
    }>().user;
    const changing = { id: '', createdAt: '', updatedAt: '' };
    expect({ ...second, ...changing }).toEqual({ ...first, ...changing });
    expect(Object.keys(second)).toEqual(Object.keys(first));
    expect(second['id']).not.toBe(first['id']);
  } finally {
    await quiet.stop();
  }
});

test('a server does not start if the database lacks its fields, and names the pending migration', async () => {
  const program = startProgram('src/main.js', {
    environment: {
      DATABASE_URL: database.url,
      BETTER_AUTH_SECRET: 'a secret of more than thirty-two characters',
      PORT: '0',
      USER_ADDITIONAL_FIELDS: JSON.stringify({ ...FIELDS, shoeSize: { type: 'number', required: false } }),
    },
  });
  expect(await program.ended()).toBe(1);
  expect(program.output()).toMatch(/1 migration has not run yet, first AddConfiguredColumns\w+\. Run: /);
});

test('a module can declare validators, transforms and default functions', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fields-'));
  const file = join(folder, 'fields.cjs');
  await writeFile(
    file,
    `module.exports = { handle: {
       type: 'string',
       defaultValue: () => 'made',
       transform: { input: (value) => value.trim() },
       validator: { input: { '~standard': { version: 1, vendor: 'test',
         validate: (value) => (value.length > 3 ? { value } : { issues: [{ message: 'too short' }] }) } } },
     } };`,
  );
  const { additionalFields } = loadConfiguredFields({ USER_ADDITIONAL_FIELDS: file }).user;
  const [field] = additionalFields;
  expect(field?.problem('abc')).toBe('too short');
  expect(field?.problem('abcd')).toBeUndefined();
  const handle = field?.stored(' abcd ');
  expect(writtenValues(additionalFields, { handle }, 'create')).toEqual({ handle: 'abcd' });
  expect((field?.defaultValue as () => string)()).toBe('made');
});

test.each([
  ['[]', 'USER_ADDITIONAL_FIELDS must be JSON such as'],
  ['{"a b":{"type":"string"}}', '"a b" is not a valid field name'],
  ['{"a":{"type":"strin"}}', '"type" of "a" must be one of string, number'],
  ['./nowhere.js', './nowhere.js cannot be loaded'],
])('refuses the declaration %s with one sentence', (value, told) => {
  expect(() => loadConfiguredFields({ USER_ADDITIONAL_FIELDS: value })).toThrow(told);
});

test('refuses a field with the name of a built-in field', async () => {
  const migration = typeorm('migration:run', { USER_ADDITIONAL_FIELDS: '{"email":{"type":"string"}}' });
  expect(await migration.ended()).toBe(1);
  expect(migration.output()).toContain('The configured field "email" has the name of a built-in field');
});

test('reverting the migration removes only the added columns', async () => {
  const other = await createDatabase({ template: MIGRATED });
  try {
    const columns = () =>
      other.query(
        `select table_name, column_name from information_schema.columns where table_schema = 'public' order by 1, 2`,
      );
    const before = await columns();
    const variables = { DATABASE_URL: other.url };
    expect(await typeorm('migration:run', variables).ended()).toBe(0);
    expect(await columns()).toHaveLength(before.length + 8);
    expect(await typeorm('migration:revert', variables).ended()).toBe(0);
    expect(await columns()).toEqual(before);
  } finally {
    await other.drop();
  }
});
