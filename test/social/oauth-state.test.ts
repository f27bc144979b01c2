import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { expectRefusal, startSocialServer, type SocialServer } from './social-server.js';
import { Visitor } from './visitor.js';

/** Asked of the token endpoint so far. */
const exchanges = ({ provider }: SocialServer) =>
  provider.seen.filter(({ endpoint }) => endpoint === 'token').length;

// Without PKCE nothing but the state would stand in the way of a stranger's code.
const more = { 'without-pkce': { pkce: false, disableIdTokenNonceBinding: true } };

describe.each([
  ['database', 'state'],
  ['cookie', 'oauth_state'],
] as const)('with the state in the %s', (strategy, name) => {
  const COOKIE = `better-auth.${name}`;
  const inRows = strategy === 'database';
  let server: SocialServer;
  let own: string;

  beforeAll(async () => {
    server = await startSocialServer({ ACCOUNT_STORE_STATE_STRATEGY: strategy }, more);
    own = `${server.gatehouse.origin}/api/auth/error`;
  });

  afterAll(() => server.stop());
  afterEach(() => server.reset());

  describe.each(['acme', 'without-pkce'])('at %s', (at) => {
    test('a browser that began nothing', async () => {
      const [owner, thief] = [new Visitor(server.gatehouse), new Visitor(server.gatehouse)];
      const back = await owner.begin(at);
      const asked = exchanges(server);
      await expectRefusal(server, back, () => thief.comeBack(back), {
        error: 'state_mismatch',
        reason: inRows ? 'the state belongs to another browser' : 'the browser has no cookie of a sign-in',
        to: inRows ? '/out' : own,
        states: inRows ? 1 : 0,
      });
      expect(exchanges(server)).toBe(asked);
      expect((await owner.comeBack(back)).headers.location).toBe('/in');
    });

    test('a browser that began something else', async () => {
      const [owner, thief] = [new Visitor(server.gatehouse), new Visitor(server.gatehouse)];
      const [back, other] = [await owner.begin(at), await thief.begin(at)];
      const asked = exchanges(server);
      await expectRefusal(server, back, () => thief.comeBack(back), {
        error: 'state_mismatch',
        reason: 'the state belongs to another browser',
        states: inRows ? 2 : 0,
      });
      expect(exchanges(server)).toBe(asked);
      expect((await thief.comeBack(other)).headers.location).toBe('/in');
      expect((await owner.comeBack(back)).headers.location).toBe('/in');
    });

    test('of two sign-ins in one browser the later holds', async () => {
      const visitor = new Visitor(server.gatehouse);
      const [first, second] = [await visitor.begin(at), await visitor.begin(at)];
      await expectRefusal(server, first, () => visitor.comeBack(first), {
        error: 'state_mismatch',
        reason: 'the state belongs to another browser',
        states: inRows ? 2 : 0,
      });
      expect((await visitor.comeBack(second)).headers.location).toBe('/in');
    });

    test('a state once more', async () => {
      const visitor = new Visitor(server.gatehouse);
      const back = await visitor.begin(at);
      const cookies = new Map(visitor.client.cookies);
      expect((await visitor.comeBack(back)).headers.location).toBe('/in');
      const asked = exchanges(server);
      const replay = () => new BrowserLikeClient(server.gatehouse.origin, true, cookies).get(back.path);
      if (inRows) {
        await expectRefusal(server, back, replay, {
          error: 'state_mismatch',
          reason: 'nobody was given this state',
          to: own,
        });
        expect(exchanges(server)).toBe(asked);
      } else {
        // Nothing here knows that it has been used; the provider knows it of the code.
        await expectRefusal(server, back, replay, {
          error: 'invalid_code',
          reason: `${at}, status 400, invalid_grant`,
        });
      }
    });
  });

  test('a state that nobody was given', async () => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('acme');
    const path = back.path.replace(back.state, 'made-up');
    await expectRefusal(server, back, () => visitor.client.get(path), {
      error: 'state_mismatch',
      reason: inRows ? 'nobody was given this state' : 'the state belongs to another browser',
      to: inRows ? own : '/out',
      states: inRows ? 1 : 0,
    });
  });

  test('no state', async () => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('acme');
    const path = `/api/auth/callback/acme?code=${back.code}`;
    await expectRefusal(server, back, () => visitor.client.get(path), {
      error: 'state_not_found',
      reason: 'the callback has no state',
      to: own,
      states: inRows ? 1 : 0,
    });
  });

  test.each([
    ['cut short', (value: string) => value.slice(0, -8)],
    ['not ours', () => 'ab'.repeat(100)],
  ])('a cookie that is %s', async (_, spoil) => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('acme');
    visitor.client.cookies.set(COOKIE, spoil(visitor.client.cookies.get(COOKIE) ?? ''));
    await expectRefusal(server, back, () => visitor.comeBack(back), {
      error: inRows ? 'state_mismatch' : 'state_invalid',
      reason: inRows ? 'the state belongs to another browser' : 'the cookie is not ours or was tampered with',
      to: inRows ? '/out' : own,
      states: inRows ? 1 : 0,
    });
  });
});

describe('in the database', () => {
  let server: SocialServer;

  beforeAll(async () => {
    server = await startSocialServer({ ACCOUNT_SKIP_STATE_COOKIE_CHECK: 'true' });
  });

  afterAll(() => server.stop());
  afterEach(() => server.reset());

  test('skipStateCookieCheck lets another browser finish what one began, once', async () => {
    const [one, other] = [new Visitor(server.gatehouse), new Visitor(server.gatehouse)];
    const back = await one.begin('acme');
    expect((await other.comeBack(back)).headers.location).toBe('/in');
    await expectRefusal(server, back, () => one.comeBack(back), {
      error: 'state_mismatch',
      reason: 'nobody was given this state',
      to: `${server.gatehouse.origin}/api/auth/error`,
    });
  });

  test('a state that has expired', async () => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('acme');
    await server.gatehouse.database.query(
      `update verifications set value = jsonb_set(value::jsonb, '{expiresAt}', '1')::text`,
    );
    await expectRefusal(server, back, () => visitor.comeBack(back), {
      error: 'state_mismatch',
      reason: 'the state has expired',
    });
  });
});
