import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, aPerson, aStranger, bearer } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    BETTER_AUTH_TRUSTED_ORIGINS: 'https://app.example.com, *.wild.example.com, myapp://',
  });
});

afterAll(() => gatehouse.stop());

const INVALID = { message: 'Invalid origin', code: 'INVALID_ORIGIN' };
const MISSING = { message: 'Missing or null Origin', code: 'MISSING_OR_NULL_ORIGIN' };

/** Sends a POST request with a cookie that is not one of Gatehouse's. */
const withCookie = (headers: Record<string, string>, path = '/api/auth/sign-out', body: unknown = {}) =>
  aStranger(gatehouse).post(path, body, { cookie: 'theme=dark', ...headers });

describe('a POST request with any cookie', () => {
  test.each(['https://app.example.com', 'https://a.wild.example.com', 'myapp://callback'])(
    'is accepted from a trusted origin: %s',
    async (origin) => {
      expect((await withCookie({ origin })).status).toBe(200);
    },
  );

  test.each([
    'https://evil.example',
    'https://app.example.com.evil.example',
    'https://app.example.com:444',
    'http://app.example.com',
    'https://xwild.example.com',
    '/dash',
    'garbage',
  ])('is refused from an untrusted origin: %s', async (origin) => {
    const answer = await withCookie({ origin });
    expect([answer.status, answer.json()]).toEqual([403, INVALID]);
  });

  test('is refused without an origin, and with the origin null', async () => {
    expect((await withCookie({})).json()).toEqual(MISSING);
    expect((await withCookie({ origin: 'null' })).json()).toEqual(MISSING);
    expect((await withCookie({ origin: 'null', 'sec-fetch-site': 'cross-site' })).json()).toEqual(MISSING);
    expect((await withCookie({ origin: 'null', 'sec-fetch-site': 'same-site' })).json()).toEqual(MISSING);
  });

  test('is accepted with the origin null if Sec-Fetch-Site is same-origin', async () => {
    expect((await withCookie({ origin: 'null', 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('can show its origin by the Referer header, of which only the origin counts', async () => {
    expect((await withCookie({ referer: 'https://app.example.com/page?x=1' })).status).toBe(200);
    expect((await withCookie({ referer: 'https://evil.example/?https://app.example.com' })).json()).toEqual(
      INVALID,
    );
    // The Origin header has precedence over the Referer header.
    expect(
      (await withCookie({ origin: 'https://evil.example', referer: 'https://app.example.com/' })).json(),
    ).toEqual(INVALID);
  });
});

test('a GET request is answered from any origin, but without CORS headers for it', async () => {
  const { client, id } = await aMember(gatehouse);
  const answer = await client.get('/api/auth/get-session', { origin: 'https://evil.example' });
  expect(answer.json()).toMatchObject({ user: { id } });
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
});

test('a bearer token without cookies needs no origin, because browsers do not add it by themselves', async () => {
  const { token } = await aMember(gatehouse);
  const answer = await aStranger(gatehouse).post('/api/auth/update-user', { name: 'x' }, bearer(token));
  expect(answer.status).toBe(200);
  const foreign = { ...bearer(token), origin: 'https://evil.example' };
  expect((await aStranger(gatehouse).post('/api/auth/update-user', { name: 'x' }, foreign)).status).toBe(200);
});

describe('a redirect target', () => {
  const EVIL = [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/%2fevil.example',
    'javascript:alert(1)',
  ];

  test.each([
    ['callbackURL', 'INVALID_CALLBACK_URL', 'Invalid callbackURL'],
    ['redirectTo', 'INVALID_REDIRECT_URL', 'Invalid redirectURL'],
    ['errorCallbackURL', 'INVALID_ERROR_CALLBACK_URL', 'Invalid errorCallbackURL'],
    ['newUserCallbackURL', 'INVALID_NEW_USER_CALLBACK_URL', 'Invalid newUserCallbackURL'],
  ])(
    'in %s is refused for an untrusted host, also without cookies and before validation',
    async (field, code, message) => {
      for (const target of EVIL) {
        const answer = await aStranger(gatehouse).post('/api/auth/sign-out', {
          [field]: target,
          disableRedirect: 'x',
        });
        expect([answer.status, answer.json()]).toEqual([403, { message, code }]);
      }
      for (const target of ['/dash', 'https://app.example.com/x', 'myapp://done']) {
        expect((await aStranger(gatehouse).post('/api/auth/sign-out', { [field]: target })).status).toBe(200);
      }
    },
  );

  test.each([5, {}, ['/dash'], true])('that is not a string is refused: %j', async (target) => {
    const answer = await aStranger(gatehouse).post('/api/auth/sign-out', { redirectTo: target });
    expect([answer.status, answer.json()]).toEqual([
      400,
      { message: 'Invalid redirectURL: expected a string' },
    ]);
  });

  test('in the query or in a form is checked too', async () => {
    const ask = (query: string, body: unknown = {}) =>
      aStranger(gatehouse).post(`/api/auth/sign-out${query}`, body);
    expect((await ask('?callbackURL=https://evil.example')).status).toBe(403);
    expect((await ask('?callbackURL=/a&callbackURL=https://evil.example')).status).toBe(400);
    expect((await ask('?callbackURL=/dash')).status).toBe(200);
    const form = new URLSearchParams({ ...aPerson(), callbackURL: 'https://evil.example' }).toString();
    const answer = await aStranger(gatehouse).post('/api/auth/sign-up/email', form, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'INVALID_CALLBACK_URL']);
  });

  test('in the body has precedence over one in the query, which is then not checked', async () => {
    const { email, password } = await aMember(gatehouse);
    const answer = await aStranger(gatehouse).post(
      '/api/auth/sign-in/email?callbackURL=https://evil.example',
      {
        email,
        password,
        callbackURL: '/dash',
      },
    );
    expect([answer.status, answer.headers.location]).toEqual([200, '/dash']);
  });
});

test('disableCSRFCheck and disableOriginCheck turn the checks off', async () => {
  const evil = { origin: 'https://evil.example', cookie: 'theme=dark' };
  const statuses = async (environment: Record<string, string>) => {
    const open = await startGatehouse(environment);
    const post = (body: unknown) => aStranger(open).post('/api/auth/sign-out', body, evil);
    const seen = [(await post({})).status, (await post({ callbackURL: 'https://evil.example' })).status];
    await open.stop();
    return seen;
  };
  const [csrf, origin, originAlone] = await Promise.all([
    statuses({ ADVANCED_DISABLE_CSRF_CHECK: 'true' }),
    statuses({ ADVANCED_DISABLE_ORIGIN_CHECK: 'true' }),
    statuses({ ADVANCED_DISABLE_ORIGIN_CHECK: 'true', ADVANCED_DISABLE_CSRF_CHECK: 'false' }),
  ]);
  expect(csrf).toEqual([200, 403]);
  expect(origin).toEqual([200, 200]);
  // As in Better Auth, disableOriginCheck also turns the CSRF check off
  // (src/http/protocol.md, "Origin check").
  expect(originAlone).toEqual([200, 200]);
});
