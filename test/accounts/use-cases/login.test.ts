import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aPerson, aStranger, bearer, type Person, type UserAnswer } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

interface JwtAnswer {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresIn: number;
  readonly user: UserAnswer;
}

const post = (path: string, body: unknown) => aStranger(gatehouse).post(`/api/auth/${path}`, body);
const register = async (person: Person) => (await post('register', person)).json<JwtAnswer>();

test.each(['register', 'login'])('%s answers with a JWT and no cookie', async (path) => {
  const person = aPerson();
  if (path === 'login') await register(person);
  const answer = await post(path, person);
  expect(answer.status).toBe(200);
  expect(answer.setCookies).toEqual([]);
  expect(answer.headers['set-auth-token']).toBeUndefined();
  const body = answer.json<JwtAnswer>();
  expect(Object.keys(body)).toEqual(['accessToken', 'tokenType', 'expiresIn', 'user']);
  expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, user: { email: person.email } });
});

test('the published keys verify the JWT', async () => {
  const { accessToken, user } = await register(aPerson());
  const keys = createRemoteJWKSet(new URL('/api/auth/jwks', gatehouse.origin));
  const { payload, protectedHeader } = await jwtVerify(accessToken, keys, {
    algorithms: ['ES256'],
    issuer: gatehouse.origin,
    audience: gatehouse.origin,
    requiredClaims: ['exp', 'sid'],
  });
  expect(Object.keys(protectedHeader)).toEqual(['alg', 'kid']);
  expect(payload).toMatchObject({ sub: user.id, email: user.email, name: user.name, emailVerified: false });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
  const [session] = await gatehouse.database.query<{ user_id: string }>(
    'select user_id from sessions where id = $1',
    [payload['sid']],
  );
  expect(session?.user_id).toBe(user.id);
});

test('the JWT opens guarded routes, including sensitive ones', async () => {
  const { accessToken, user } = await register(aPerson());
  const client = aStranger(gatehouse);
  const accounts = await client.get('/api/auth/list-accounts', bearer(accessToken));
  expect(accounts.json()).toMatchObject([{ userId: user.id, providerId: 'credential' }]);
  expect((await client.get('/api/auth/list-sessions', bearer(accessToken))).json()).toHaveLength(1);
  expect((await client.post('/api/auth/revoke-sessions', {}, bearer(accessToken))).status).toBe(200);
  expect((await client.get('/api/auth/list-accounts', bearer(accessToken))).status).toBe(401);
});

test('the JWT has only these claims', async () => {
  const { accessToken } = await register(aPerson());
  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as object;
  expect(Object.keys(claims)).toEqual([
    'iat',
    'name',
    'email',
    'emailVerified',
    'image',
    'createdAt',
    'updatedAt',
    'id',
    'sub',
    'sid',
    'exp',
    'iss',
    'aud',
  ]);
});

test('login and register have the rules and errors of sign-in/email and sign-up/email', async () => {
  const person = aPerson();
  await register(person);
  const pairs = [
    ['register', 'sign-up/email', person],
    ['register', 'sign-up/email', { ...person, password: 'short' }],
    ['register', 'sign-up/email', { ...person, password: 'a'.repeat(129) }],
    ['register', 'sign-up/email', { email: 'x' }],
    ['register', 'sign-up/email', []],
    ['login', 'sign-in/email', { ...person, password: 'wrong' }],
    ['login', 'sign-in/email', { ...person, email: 'nobody@example.com' }],
    ['login', 'sign-in/email', { ...person, email: 'nobody' }],
    ['login', 'sign-in/email', { ...person, password: 'a'.repeat(129) }],
    ['login', 'sign-in/email', {}],
  ] as const;
  for (const [ours, theirs, body] of pairs) {
    const [answer, model] = [await post(ours, body), await post(theirs, body)];
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect([answer.status, answer.text]).toEqual([model.status, model.text]);
  }
});

test.each(['register', 'login'])('refuses a cross-site form to %s', async (path) => {
  const answer = await aStranger(gatehouse).call(`/api/auth/${path}`, {
    method: 'POST',
    body: new URLSearchParams({ ...aPerson() }).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
    },
  });
  expect(answer.status).toBe(403);
});
