import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import {
  aMember,
  aStranger,
  bearer,
  onAnotherDevice,
  type Member,
  type UserAnswer,
} from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const update = ({ client }: Member, body: unknown) => client.post('/api/auth/update-user', body);
const put = ({ client }: Member, body: unknown) => client.call('/api/auth/user', { method: 'PUT', body });

async function rowOf({ id }: Member): Promise<Record<string, unknown>> {
  const [row] = await gatehouse.database.query<Record<string, unknown>>('select * from users where id = $1', [
    id,
  ]);
  return row ?? {};
}

test('POST /update-user changes name and picture, and sends the session cookie again', async () => {
  const ada = await aMember(gatehouse);
  const before = await rowOf(ada);
  const answer = await update(ada, { name: 'Ada King', image: 'https://example.com/a.png' });
  expect([answer.status, answer.text]).toEqual([200, '{"status":true}']);
  expect(answer.setCookies).toHaveLength(1);
  const after = await rowOf(ada);
  expect(after).toMatchObject({ name: 'Ada King', image: 'https://example.com/a.png', email: ada.email });
  expect((after['updated_at'] as Date) > (before['updated_at'] as Date)).toBe(true);
  expect((await ada.client.get('/api/auth/get-session')).json()).toMatchObject({
    user: { name: 'Ada King' },
  });
});

test('PUT /user does the same and answers with the user', async () => {
  const ada = await aMember(gatehouse);
  const answer = await put(ada, { name: 'Ada King' });
  expect(answer.status).toBe(200);
  const { user } = answer.json<{ user: UserAnswer }>();
  expect(Object.keys(user)).toEqual([
    'name',
    'email',
    'emailVerified',
    'image',
    'createdAt',
    'updatedAt',
    'id',
  ]);
  expect(user).toMatchObject({ id: ada.id, name: 'Ada King', email: ada.email, image: null });
});

test('a session that ends with the browser still does so after an update', async () => {
  const ada = await onAnotherDevice(gatehouse, await aMember(gatehouse), { rememberMe: false });
  const { setCookies } = await update(ada, { name: 'Ada King' });
  expect(setCookies.map((line) => line.split('=')[0])).toEqual([
    'better-auth.session_token',
    'better-auth.dont_remember',
  ]);
  expect(setCookies.join()).not.toContain('Max-Age');
});

test('a client with a JWT gets no cookie', async () => {
  const ada = await aMember(gatehouse);
  const { token: jwt } = (await ada.client.get('/api/auth/token')).json<{ token: string }>();
  const answer = await aStranger(gatehouse).call('/api/auth/user', {
    method: 'PUT',
    body: { name: 'Ada King' },
    headers: bearer(jwt),
  });
  expect([answer.status, answer.setCookies]).toEqual([200, []]);
});

test('a picture can be removed with null, a name cannot', async () => {
  const ada = await aMember(gatehouse);
  await update(ada, { image: 'x' });
  expect((await put(ada, { image: null })).json()).toMatchObject({ user: { image: null, name: ada.name } });
  expect((await update(ada, { name: null })).status).toBe(400);
});

test.each([
  [{ name: 5 }, '5'],
  [{ name: true }, 'true'],
  [{ name: '' }, ''],
  [{ name: 'n'.repeat(1000) }, 'n'.repeat(1000)],
  [{ name: 'Ada 👩‍💻 Łovelace' }, 'Ada 👩‍💻 Łovelace'],
  [{ name: 'a\ud800b' }, 'a\ufffdb'],
])('an odd name is stored as text', async (body, name) => {
  const ada = await aMember(gatehouse);
  expect((await put(ada, body)).json()).toMatchObject({ user: { name } });
});

test.each([{ name: {} }, { name: ['a'] }, { image: { url: 'x' } }, { name: 'a\0b' }, { image: '\0' }])(
  'refuses a value that a text column cannot hold: %j',
  async (body) => {
    const ada = await aMember(gatehouse);
    const answer = await update(ada, body);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_ERROR' });
    expect(await rowOf(ada)).toMatchObject({ name: ada.name, image: null });
  },
);

test('refuses to change the e-mail', async () => {
  const ada = await aMember(gatehouse);
  const answer = await update(ada, { name: 'Ada King', email: 'new@example.com' });
  expect([answer.status, answer.json()]).toEqual([
    400,
    { message: 'Email can not be updated', code: 'EMAIL_CAN_NOT_BE_UPDATED' },
  ]);
  expect(await rowOf(ada)).toMatchObject({ name: ada.name, email: ada.email });
});

test.each([{}, { id: 'chosen' }, { emailVerified: true, banned: false, role: 'admin', password: 'x' }])(
  'answers 400 without a code if there is nothing to change: %j',
  async (body) => {
    const answer = await update(await aMember(gatehouse), body);
    expect([answer.status, answer.json()]).toEqual([400, { message: 'No fields to update' }]);
  },
);

test.each([[], null, 'text', 5])('refuses a body that is not an object: %j', async (body) => {
  const answer = await update(await aMember(gatehouse), JSON.stringify(body));
  expect(answer.status).toBe(400);
  expect(answer.json<{ message: string }>().message).toMatch(
    /^\[body\] Invalid input: expected record, received /,
  );
});

test('ignores fields that the user may not set', async () => {
  const [ada, bob] = [await aMember(gatehouse), await aMember(gatehouse)];
  const before = await rowOf(ada);
  await update(ada, {
    name: 'Ada King',
    id: bob.id,
    userId: bob.id,
    emailVerified: true,
    is_email_verified: true,
    email_verified: '2001-01-01',
    banned: true,
    createdAt: '2001-01-01T00:00:00Z',
    created_at: '2001-01-01T00:00:00Z',
    password: 'taken over',
  });
  const { name, updated_at: _, ...rest } = await rowOf(ada);
  expect(name).toBe('Ada King');
  expect(before).toMatchObject(rest);
  expect(await rowOf(bob)).toMatchObject({ name: bob.name });
  expect((await onAnotherDevice(gatehouse, ada)).id).toBe(ada.id);
});

test('ignores keys such as __proto__', async () => {
  const ada = await aMember(gatehouse);
  const answer = await update(
    ada,
    '{"__proto__":{"name":"polluted"},"constructor":{"prototype":{"image":"x"}}}',
  );
  expect([answer.status, answer.json()]).toEqual([400, { message: 'No fields to update' }]);
  expect(await rowOf(ada)).toMatchObject({ name: ada.name, image: null });
});
