import { planOf, startOracle } from '../oracle/oracle.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';
import {
  PASSWORD,
  SIDES,
  otherSide,
  sessionOf,
  signIn,
  signUp,
  startTwoServers,
  type TwoServers,
} from './two-servers.js';

const COMPLAINT = /SCHEMA_?MISMATCH|drift|nullable|unhandled/i;

let servers: TwoServers;

beforeAll(async () => {
  servers = await startTwoServers();
});

afterAll(() => servers.stop());

test('Better Auth’s own migrations have nothing to create or add, and print no warning', async () => {
  const { plan, log } = await planOf(servers.database);
  expect(plan).toEqual({ toBeCreated: [], toBeAdded: [] });
  expect(log).toBe('');
});

test('Better Auth’s own migrations and server report a table that does not fit', async () => {
  const database = await createDatabase({ template: MIGRATED });
  await database.query(
    'alter table users alter column name drop not null, drop column image, add role text not null',
  );
  const { plan, log } = await planOf(database);
  expect(plan.toBeAdded).toMatchObject([{ table: 'users' }]);
  expect(log).toMatch(/name/);
  const oracle = await startOracle(database);
  // If the schema does not fit, Better Auth logs an error and never answers.
  const asked = new BrowserLikeClient(oracle.origin).get('/api/auth/get-session').catch(() => undefined);
  for (let tries = 0; tries < 100 && !COMPLAINT.test(oracle.log()); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(oracle.log()).toMatch(COMPLAINT);
  await oracle.stop();
  await asked;
  await database.drop();
});

describe.each(SIDES)('a user of %s', (here) => {
  const there = otherSide(here);
  const email = `made-by-${here}@example.com`;

  test(`can sign in on ${there} with the same password`, async () => {
    const visitor = servers.visitor();
    expect((await signUp(visitor[here], email)).status).toBe(200);
    const signedIn = await signIn(servers.visitor()[there], email);
    expect(signedIn.status).toBe(200);
    const refused = await signIn(servers.visitor()[there], email, `${PASSWORD}!`);
    expect(refused.status).toBe(401);
  });

  test.each(['ﬁsh and ﬀ ligatures', 'Ａ fullwidth password', `${'long '.repeat(20)}password`, 'naïve café'])(
    `can sign in on ${there} with the password %p`,
    async (password) => {
      const address = `${here}-${Buffer.from(password).toString('hex').slice(0, 20)}@example.com`;
      await signUp(servers.visitor()[here], address, password);
      expect((await signIn(servers.visitor()[there], address, password)).status).toBe(200);
    },
  );

  test(`has the same session on ${there}, and sign-out on ${there} ends it`, async () => {
    const visitor = servers.visitor();
    await signIn(visitor[here], email);
    const [mine, theirs] = [await sessionOf(visitor[here]), await sessionOf(visitor[there])];
    expect(theirs?.user.email).toBe(email);
    expect(theirs).toEqual(mine);
    const kept = new Map(visitor[here].cookies);
    await visitor[there].post('/api/auth/sign-out', {});
    expect(visitor[here].cookies.has('better-auth.session_token')).toBe(false);
    for (const [name, value] of kept) visitor[here].cookies.set(name, value);
    expect(await sessionOf(visitor[here])).toBeNull();
  });

  test(`keeps a browser session on ${there}`, async () => {
    const visitor = servers.visitor();
    await visitor[here].post('/api/auth/sign-in/email', { email, password: PASSWORD, rememberMe: false });
    const updated = await visitor[there].post('/api/auth/update-user', { name: 'Ada' });
    expect(updated.setCookies[0]).toContain('better-auth.session_token=');
    expect(updated.setCookies[0]).not.toContain('Max-Age');
  });

  test(`can use the bearer token on ${there}, signed or not`, async () => {
    const signedIn = await signIn(servers.visitor()[here], email);
    const { token } = signedIn.json<{ token: string }>();
    for (const bearer of [token, String(signedIn.headers['set-auth-token'])]) {
      const answer = await servers.visitor()[there].get('/api/auth/get-session', {
        authorization: `Bearer ${bearer}`,
      });
      expect(answer.json()).toMatchObject({ user: { email } });
    }
  });

  test(`has the updated name and picture on ${there}`, async () => {
    const visitor = servers.visitor();
    await signIn(visitor[here], email);
    await visitor[here].post('/api/auth/update-user', {
      name: `Named by ${here}`,
      image: 'https://example.com/a.png',
    });
    expect(await sessionOf(visitor[there])).toMatchObject({
      user: { name: `Named by ${here}`, image: 'https://example.com/a.png' },
    });
  });

  test(`gets the same lists of sessions and accounts from ${there}`, async () => {
    const visitor = servers.visitor();
    await signIn(visitor[here], email);
    for (const path of ['/api/auth/list-sessions', '/api/auth/list-accounts']) {
      const [mine, theirs] = [await visitor[here].get(path), await visitor[there].get(path)];
      const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
      expect(theirs.json<{ id: string }[]>().toSorted(byId)).toEqual(
        mine.json<{ id: string }[]>().toSorted(byId),
      );
    }
  });

  test(`can revoke a session that ${there} made`, async () => {
    const [visitor, other] = [servers.visitor(), servers.visitor()];
    await signIn(visitor[here], email);
    await signIn(other[there], email);
    expect((await visitor[here].post('/api/auth/revoke-other-sessions', {})).status).toBe(200);
    expect(await sessionOf(other[there])).toBeNull();
    expect(await sessionOf(visitor[there])).not.toBeNull();
  });

  test(`blocks the e-mail for a sign-up on ${there}`, async () => {
    expect((await signUp(servers.visitor()[there], email.toUpperCase())).status).toBe(422);
  });
});

test('Better Auth logs no complaint about the schema', () => {
  expect(servers.oracle.log()).not.toMatch(COMPLAINT);
});
