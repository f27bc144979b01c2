import { fetchDocument, routesOf, type Route } from '../documentation/document.js';
import type { Answer } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailTo } from '../setup/mails.js';
import { aMember, aPerson, aStranger } from '../setup/people.js';

/** The answers of these routes are the same for everybody. */
const CACHEABLE = ['GET /api/auth/ok', 'GET /api/auth/jwks'];

let gatehouse: Gatehouse;
let routes: Route[];

beforeAll(async () => {
  gatehouse = await startGatehouse({
    USER_CHANGE_EMAIL_ENABLED: 'true',
    USER_DELETE_USER_ENABLED: 'true',
    GITHUB_CLIENT_ID: 'id',
    GITHUB_CLIENT_SECRET: 'secret',
  });
  routes = routesOf((await fetchDocument(gatehouse)).document);
});

afterAll(() => gatehouse.stop());

const isStored = ({ headers }: Answer) => headers['cache-control'] !== 'no-store';

const WRONG_BODIES: readonly unknown[] = ['{', []];

test('no answer of a route may be stored, to a stranger, to a member, and to a bad request', async () => {
  const stored: string[] = [];
  for (const route of routes.filter(({ name }) => !CACHEABLE.includes(name))) {
    const { client } = await aMember(gatehouse);
    const answers = [
      await route.send(aStranger(gatehouse)),
      await route.send(client),
      ...(await Promise.all(
        WRONG_BODIES.map((body) =>
          route.method === 'GET' ? route.send(client) : route.send(aStranger(gatehouse), body),
        ),
      )),
      await route.send(client, route.example, { origin: 'https://elsewhere.example' }),
    ];
    for (const answer of answers) if (isStored(answer)) stored.push(`${route.name}: ${answer.status}`);
  }
  expect(routes.length).toBeGreaterThan(30);
  expect(stored).toEqual([]);
});

test('the public keys and the liveness answer may be stored', async () => {
  for (const name of CACHEABLE) {
    const answer = await routes.find((route) => route.name === name)?.send(aStranger(gatehouse));
    expect([name, answer?.status, answer?.headers['cache-control']]).toEqual([name, 200, undefined]);
  }
});

test('no answer that contains a token may be stored', async () => {
  const person = aPerson();
  const client = aStranger(gatehouse);
  const origin = { origin: gatehouse.origin };
  const answers = {
    signUp: await client.post('/api/auth/sign-up/email', person),
    signIn: await client.post('/api/auth/sign-in/email', person, origin),
    register: await aStranger(gatehouse).post('/api/auth/register', aPerson()),
    login: await aStranger(gatehouse).post('/api/auth/login', person),
    token: await client.get('/api/auth/token'),
    getSession: await client.get('/api/auth/get-session'),
    listSessions: await client.get('/api/auth/list-sessions'),
    social: await client.post('/api/auth/sign-in/social', { provider: 'github' }, origin),
  };
  for (const [name, answer] of Object.entries(answers)) {
    const tells = /"(token|accessToken)":"|state=/.test(answer.text) || answer.setCookies.length > 0;
    expect([name, answer.status, tells, isStored(answer)]).toEqual([name, 200, true, false]);
  }
  await client.post('/api/auth/request-password-reset', { email: person.email, redirectTo: '/new' }, origin);
  const { path } = await mailTo(gatehouse, person.email);
  const redirect = await aStranger(gatehouse).get(path);
  expect([redirect.status, redirect.headers.location, isStored(redirect)]).toEqual([
    302,
    expect.stringContaining('token='),
    false,
  ]);
});

test('the error page may not be stored', async () => {
  expect(isStored(await aStranger(gatehouse).get('/api/auth/error?error=x'))).toBe(false);
});
