import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailTo } from '../setup/mails.js';
import { aMember, aPerson, aStranger } from '../setup/people.js';

const BREACHED = 'tr0ub4dor&3 from a breach';
const GOOD = 'a sentence that nobody knows';
const PADDING = 'a password of the padding';
const COMPROMISED = {
  message: 'The password you entered has been compromised. Please choose a different password.',
  code: 'PASSWORD_COMPROMISED',
};

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase();

/** The range queries that the service of this test got. */
const queries: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
/** What the service does: it answers, answers with a fault, or never answers. */
let mood: 'answers' | 'fails' | 'hangs' = 'answers';
let service: Server;
let gatehouse: Gatehouse;

beforeAll(async () => {
  service = createServer(({ url = '', headers }, response) => {
    queries.push({ path: url, headers });
    if (mood === 'hangs') return;
    if (mood === 'fails') response.statusCode = 503;
    const suffixOf = (password: string) => sha1(password).slice(5);
    response.end(
      [`${'0'.repeat(35)}:3`, `${suffixOf(BREACHED).toLowerCase()}:17`, `${suffixOf(PADDING)}:0`, ''].join(
        '\r\n',
      ),
    );
  });
  await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening));
  gatehouse = await startGatehouse({
    SECURITY_PROFILE: 'strict',
    LOCKOUT_ENABLED: 'false',
    RATE_LIMIT_ENABLED: 'false',
    PASSWORD_BREACH_URL: serviceUrl(),
    PASSWORD_BREACH_TIMEOUT: '1',
  });
});

afterAll(async () => {
  await gatehouse.stop();
  service.closeAllConnections();
  service.close();
});

beforeEach(() => {
  mood = 'answers';
  queries.length = 0;
});

const serviceUrl = () => `http://127.0.0.1:${(service.address() as AddressInfo).port}/range/`;

const signUp = (password: string, changes = {}, path = 'sign-up/email') =>
  aStranger(gatehouse).post(`/api/auth/${path}`, { ...aPerson(changes), password });

test.each(['sign-up/email', 'register'])('%s refuses a breached password', async (path) => {
  const refused = await signUp(BREACHED, {}, path);
  expect([refused.status, refused.json()]).toEqual([400, COMPROMISED]);
  expect((await signUp(GOOD, {}, path)).status).toBe(200);
});

test('change-password refuses a breached password, and the old one stays', async () => {
  const ada = await aMember(gatehouse, { password: GOOD });
  const change = (newPassword: string) =>
    ada.client.post('/api/auth/change-password', { currentPassword: GOOD, newPassword });
  const refused = await change(BREACHED);
  expect([refused.status, refused.json()]).toEqual([400, COMPROMISED]);
  expect((await change('another sentence nobody knows')).status).toBe(200);
});

test('reset-password refuses a breached password, and the token stays valid', async () => {
  const { email } = await aMember(gatehouse, { password: GOOD });
  await aStranger(gatehouse).post('/api/auth/request-password-reset', { email });
  const { token } = await mailTo(gatehouse, email);
  const reset = (newPassword: string) =>
    aStranger(gatehouse).post('/api/auth/reset-password', { newPassword, token });
  const refused = await reset(BREACHED);
  expect([refused.status, refused.json()]).toEqual([400, COMPROMISED]);
  expect((await reset('another sentence nobody knows')).status).toBe(200);
});

test('a user with a breached password can still sign in', async () => {
  const ada = aPerson({ password: BREACHED });
  mood = 'fails';
  const other = await startGatehouse({}, gatehouse.database);
  try {
    await aStranger(other).post('/api/auth/sign-up/email', ada);
  } finally {
    await other.stop();
  }
  const { email, password } = ada;
  mood = 'answers';
  expect((await aStranger(gatehouse).post('/api/auth/sign-in/email', { email, password })).status).toBe(200);
});

test('the service learns 5 digits of the SHA-1 and nothing else, and is asked for padding', async () => {
  await signUp(GOOD);
  expect(queries.map(({ path }) => path)).toEqual([`/range/${sha1(GOOD).slice(0, 5)}`]);
  expect(queries[0]?.headers).toMatchObject({ 'add-padding': 'true' });
  expect(JSON.stringify(queries)).not.toContain(sha1(GOOD).slice(5, 10));
});

test('the padding of the answer is no breach', async () => {
  expect((await signUp(PADDING)).status).toBe(200);
});

test.each([
  ['a common password', 'Password1!', {}],
  ['a common password that ends with digits', 'Trustno1', {}],
  ['a common word and a year', 'Sommer2026', {}],
  ['a row of keys', 'qwertyuiop', {}],
  ['digits in order', '123456789', {}],
  ['digits in reverse order', '987654321', {}],
  ['a repetition', 'abcabcabcabc', {}],
  ['the e-mail', 'grace.hopper@navy.example', { email: 'grace.hopper@navy.example' }],
  ['the part before the @, and a number', 'grace.hopper9', { email: 'grace.hopper@navy.example' }],
  ['the name', 'GraceHopper', { name: 'Grace Hopper' }],
  ['a part of the name, and a number', 'hopper-99', { name: 'Grace Hopper' }],
  ['the host of this server', 'localhost1', {}],
])('refuses %s', async (_, password, changes) => {
  const refused = await signUp(password, changes);
  expect(refused.status).toBe(400);
  expect(refused.json()).toEqual({
    message: 'This password is easy to guess. Please choose a different password.',
    code: 'PASSWORD_COMPROMISED',
  });
  expect(queries).toEqual([]);
});

test.each([
  ['the name in a long password', 'hopper likes long sentences', { name: 'Grace Hopper' }],
  ['a short name', 'annual-report', { name: 'Ann' }],
  ['only punctuation', '!?!?-_-!;', {}],
])('allows %s', async (_, password, changes) => {
  expect((await signUp(password, changes)).status).toBe(200);
});

test('by default, checks nothing', async () => {
  const server = await startGatehouse({ PASSWORD_BREACH_URL: serviceUrl() }, gatehouse.database);
  try {
    for (const password of [BREACHED, 'password123']) {
      const answer = await aStranger(server).post('/api/auth/sign-up/email', { ...aPerson(), password });
      expect(answer.status).toBe(200);
    }
    expect(queries).toEqual([]);
  } finally {
    await server.stop();
  }
});

test.each(['fails', 'hangs'] as const)(
  'if the service %s, accepts the password and says so once',
  async (state) => {
    const server = await startGatehouse(
      { PASSWORD_BREACH_CHECK: 'true', PASSWORD_BREACH_URL: serviceUrl(), PASSWORD_BREACH_TIMEOUT: '1' },
      gatehouse.database,
    );
    try {
      mood = state;
      for (let index = 0; index < 3; index += 1) {
        const body = { ...aPerson(), password: BREACHED };
        expect((await aStranger(server).post('/api/auth/sign-up/email', body)).status).toBe(200);
      }
      // Only the first one waits for the service.
      expect(queries).toHaveLength(1);
      await server.told('PASSWORD_BREACH_URL does not answer');
      expect(server.log().match(/does not answer/g)).toHaveLength(1);
      expect(server.log()).not.toContain(BREACHED);
    } finally {
      await server.stop();
    }
  },
);
