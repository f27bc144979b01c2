import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { expectRefusal, startSocialServer, type SocialServer } from './social-server.js';
import { Visitor } from './visitor.js';

/** The number of requests to the token endpoint so far. */
const exchanges = ({ provider }: SocialServer) =>
  provider.seen.filter(({ endpoint }) => endpoint === 'token').length;

// Without PKCE only the state protects against another person's code.
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
    test('refuses a browser that began no sign-in', async () => {
      const [owner, thief] = [new Visitor(server.gatehouse), new Visitor(server.gatehouse)];
      const back = await owner.begin(at);
      const asked = exchanges(server);
      await expectRefusal(server, back, () => thief.comeBack(back), {
        error: 'state_mismatch',
        reason: inRows ? 'the state belongs to another browser' : 'the browser sent no state cookie',
        to: inRows ? '/out' : own,
        states: inRows ? 1 : 0,
      });
      expect(exchanges(server)).toBe(asked);
      expect((await owner.comeBack(back)).headers.location).toBe('/in');
    });

    test('refuses a browser that began another sign-in', async () => {
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

    test('if one browser begins two sign-ins, only the later one works', async () => {
      const visitor = new Visitor(server.gatehouse);
      const [first, second] = [await visitor.begin(at), await visitor.begin(at)];
      await expectRefusal(server, first, () => visitor.comeBack(first), {
        error: 'state_mismatch',
        reason: 'the state belongs to another browser',
        states: inRows ? 2 : 0,
      });
      expect((await visitor.comeBack(second)).headers.location).toBe('/in');
    });

    test('refuses a state that was used before', async () => {
      const visitor = new Visitor(server.gatehouse);
      const back = await visitor.begin(at);
      const cookies = new Map(visitor.client.cookies);
      expect((await visitor.comeBack(back)).headers.location).toBe('/in');
      const asked = exchanges(server);
      const replay = () => new BrowserLikeClient(server.gatehouse.origin, true, cookies).get(back.path);
      if (inRows) {
        await expectRefusal(server, back, replay, {
          error: 'state_mismatch',
          reason: 'the state is unknown or was used before',
          to: own,
        });
        expect(exchanges(server)).toBe(asked);
      } else {
        // The server does not store that the state was used. The provider refuses the used code.
        await expectRefusal(server, back, replay, {
          error: 'invalid_code',
          reason: `${at}, status 400, invalid_grant`,
        });
      }
    });
  });

  test('refuses an unknown state', async () => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('acme');
    const path = back.path.replace(back.state, 'made-up');
    await expectRefusal(server, back, () => visitor.client.get(path), {
      error: 'state_mismatch',
      reason: inRows ? 'the state is unknown or was used before' : 'the state belongs to another browser',
      to: inRows ? own : '/out',
      states: inRows ? 1 : 0,
    });
  });

  test('refuses a callback without a state', async () => {
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
    ['made up', () => 'ab'.repeat(100)],
  ])('refuses a state cookie that is %s', async (_, spoil) => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('acme');
    visitor.client.cookies.set(COOKIE, spoil(visitor.client.cookies.get(COOKIE) ?? ''));
    await expectRefusal(server, back, () => visitor.comeBack(back), {
      error: inRows ? 'state_mismatch' : 'state_invalid',
      reason: inRows
        ? 'the state belongs to another browser'
        : 'the state cookie cannot be decrypted or read',
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

  test('with skipStateCookieCheck another browser can finish a sign-in, once', async () => {
    const [one, other] = [new Visitor(server.gatehouse), new Visitor(server.gatehouse)];
    const back = await one.begin('acme');
    expect((await other.comeBack(back)).headers.location).toBe('/in');
    await expectRefusal(server, back, () => one.comeBack(back), {
      error: 'state_mismatch',
      reason: 'the state is unknown or was used before',
      to: `${server.gatehouse.origin}/api/auth/error`,
    });
  });

  test('refuses an expired state', async () => {
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
