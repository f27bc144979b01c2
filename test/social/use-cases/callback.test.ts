import type { JWTPayload } from 'jose';
import { CLIENT } from '../../openid/certified-provider.js';
import type { Endpoint } from '../../openid/front.js';
import type { OpenIdProvider } from '../../openid/openid-provider.js';
import { expectRefusal, startSocialServer, stored, type SocialServer } from '../social-server.js';
import { Visitor, type Return } from '../visitor.js';

let server: SocialServer;
let visitor: Visitor;

/** The server has not fetched the keys of the `keys-…` providers before. */
beforeAll(async () => {
  const more = { 'keys-down': {}, 'keys-silent': {}, 'keys-garbage': {} };
  server = await startSocialServer({ PROVIDER_TIMEOUT: '1' }, more);
});

afterAll(() => server.stop());

beforeEach(() => {
  visitor = new Visitor(server.gatehouse);
});

afterEach(() => server.reset());

const silent = { kind: 'held', until: new Promise(() => {}) } as const;
const garbage = { kind: 'garbage' } as const;
const down = { kind: 'down' } as const;

/** An error answer that quotes the request. */
const quoting = (error: string) => ({
  kind: 'answer' as const,
  status: 400,
  body: JSON.stringify({ error, error_description: `${CLIENT.secret} is not the secret` }),
});

type Arrangement = (peer: OpenIdProvider) => unknown;
const fails =
  (endpoint: Endpoint, fault: Parameters<OpenIdProvider['faults']['set']>[1]): Arrangement =>
  ({ faults }) =>
    faults.set(endpoint, fault);
const claims =
  (changes: JWTPayload): Arrangement =>
  ({ alterations }) =>
    (alterations.idToken = (right) => ({ ...right, ...changes }));
const tokens =
  (change: (right: Record<string, unknown>) => Record<string, unknown>): Arrangement =>
  ({ alterations }) =>
    (alterations.tokens = change);

/** Leaves out the id token, so that the server can use only userinfo, as with OAuth 2. */
const withoutIdToken =
  (arrange: Arrangement): Arrangement =>
  (peer) => {
    tokens((right) => ({ ...right, id_token: undefined }))(peer);
    arrange(peer);
  };

const now = () => Math.floor(Date.now() / 1000);
const CUT_OFF = 'UND_ERR_SOCKET';
const NO_ANSWER = 'no answer within 1 s';
const NO_PROFILE = 'no profile, or an invalid id token';

describe.each<
  [endpoint: string, error: string, cases: [what: string, at: string, Arrangement, reason: string][]]
>([
  [
    'the token endpoint',
    'invalid_code',
    [
      ['is down', 'acme', fails('token', down), CUT_OFF],
      ['is down', 'gitlab', fails('token', down), CUT_OFF],
      ['does not answer', 'acme', fails('token', silent), NO_ANSWER],
      ['does not answer', 'gitlab', fails('token', silent), NO_ANSWER],
      ['is broken', 'acme', fails('token', { kind: 'answer', status: 500, body: '' }), 'status 500'],
      ['refuses', 'acme', fails('token', quoting('invalid_client')), 'status 400, invalid_client'],
      ['refuses in its own words', 'acme', fails('token', quoting(CLIENT.secret)), 'status 400'],
    ],
  ],
  [
    'the tokens',
    'unable_to_get_user_info',
    [
      ['are garbage', 'acme', fails('token', garbage), NO_PROFILE],
      ['are missing', 'acme', fails('token', { kind: 'answer', status: 200, body: '{}' }), NO_PROFILE],
      ['hold a malformed id token', 'acme', tokens((right) => ({ ...right, id_token: 'a.b.c' })), NO_PROFILE],
      [
        'hold an id token with a wrong signature',
        'acme',
        tokens((right) => ({
          ...right,
          id_token: `${String(right['id_token']).slice(0, -20)}${'A'.repeat(20)}`,
        })),
        NO_PROFILE,
      ],
    ],
  ],
  [
    'the id token',
    'unable_to_get_user_info',
    [
      ['is from another issuer', 'acme', claims({ iss: 'https://evil.example' }), NO_PROFILE],
      ['is for another client', 'acme', claims({ aud: 'somebody-else' }), NO_PROFILE],
      ['has another nonce', 'acme', claims({ nonce: 'another' }), NO_PROFILE],
      ['has expired by our clock', 'acme', claims({ iat: now() - 3600, exp: now() - 60 }), NO_PROFILE],
      ['is not valid yet by our clock', 'acme', claims({ nbf: now() + 600 }), NO_PROFILE],
      ['does not say when it was issued', 'acme', claims({ iat: undefined }), NO_PROFILE],
      ['has no subject', 'acme', claims({ sub: undefined }), NO_PROFILE],
    ],
  ],
  [
    'the keys of the provider',
    'unable_to_get_user_info',
    [
      ['cannot be fetched', 'keys-down', fails('jwks', down), NO_PROFILE],
      ['are garbage', 'keys-garbage', fails('jwks', garbage), NO_PROFILE],
    ],
  ],
  [
    'userinfo',
    'unable_to_get_user_info',
    [
      ['is down', 'plain', withoutIdToken(fails('userinfo', down)), CUT_OFF],
      ['is down', 'gitlab', fails('userinfo', down), CUT_OFF],
      ['does not answer', 'plain', withoutIdToken(fails('userinfo', silent)), NO_ANSWER],
      ['does not answer', 'gitlab', fails('userinfo', silent), NO_ANSWER],
      ['is garbage', 'plain', withoutIdToken(fails('userinfo', garbage)), 'no usable answer'],
      ['refuses', 'plain', withoutIdToken(fails('userinfo', quoting('invalid_token'))), NO_PROFILE],
      [
        'has no subject',
        'plain',
        withoutIdToken(({ alterations }) => (alterations.userinfo = () => ({}))),
        'the profile has no subject',
      ],
    ],
  ],
])('%s', (_, error, cases) => {
  test.each(cases)('%s (%s)', async (_what, at, arrange, reason) => {
    const back = await visitor.begin(at);
    arrange(server.provider);
    await expectRefusal(server, back, () => visitor.comeBack(back), { error, reason: `${at}, ${reason}` });
    server.provider.mend();
    expect((await visitor.signIn(at)).headers.location).toBe('/in');
  });
});

test('refuses if the provider’s keys do not arrive in time', async () => {
  const back = await visitor.begin('keys-silent');
  server.provider.faults.set('jwks', silent);
  // The time limits for the keys and for the profile end at the same moment, so either can be logged.
  const reason = expect.stringMatching(`keys-silent, (${NO_ANSWER}|${NO_PROFILE})`) as string;
  await expectRefusal(server, back, () => visitor.comeBack(back), {
    error: 'unable_to_get_user_info',
    reason,
  });
});

test('writes token_type, expires_at and access_token_expires_at at the first sign-in and at later ones', async () => {
  for (const at of ['acme', 'gitlab', 'acme', 'gitlab']) {
    await visitor.signIn(at, at === 'acme' ? 'verified' : 'unverified');
    const rows = await server.gatehouse.database.query(
      `update accounts set token_type = null, expires_at = null where provider_id = $1
       returning (select row(a.token_type, a.expires_at = floor(extract(epoch from a.access_token_expires_at)),
                             a.expires_at > extract(epoch from now()) + 3000)::text
                    from accounts a where a.id = accounts.id) as was`,
      [at],
    );
    expect(rows).toEqual([{ was: '(Bearer,t,t)' }]);
  }
});

test('accepts an id token if the clocks differ by 20 seconds', async () => {
  claims({ iat: now() + 20, nbf: now() + 20, exp: now() - 20 })(server.provider);
  expect((await visitor.signIn('acme')).headers.location).toBe('/in');
});

test.each(['acme', 'gitlab'])('refuses a profile without an e-mail from %s', async (at) => {
  const back = await visitor.begin(at, 'without-email');
  const reason = 'the profile has no e-mail';
  await expectRefusal(server, back, () => visitor.comeBack(back), { error: 'email_not_found', reason });
});

test('refuses an answer from another issuer', async () => {
  const back = await visitor.begin('acme');
  const path = back.path.replace(encodeURIComponent(server.provider.origin), 'https%3A%2F%2Fevil.example');
  const asked = server.provider.seen.length;
  await expectRefusal(server, back, () => visitor.client.get(path), {
    error: 'issuer_mismatch',
    reason: 'acme, the answer came from another issuer (RFC 9207)',
  });
  expect(server.provider.seen).toHaveLength(asked);
});

test('refuses a code that was used before', async () => {
  const first = await visitor.begin('acme');
  expect((await visitor.comeBack(first)).headers.location).toBe('/in');
  const second = await visitor.begin('acme');
  const path = second.path.replace(second.code, first.code);
  await expectRefusal(server, second, () => visitor.client.get(path), {
    error: 'invalid_code',
    reason: 'acme, status 400, invalid_grant',
  });
});

test('redirects to the error page if the person refuses consent', async () => {
  const back = await visitor.begin('acme', 'nobody');
  const answer = await visitor.comeBack(back);
  expect(answer.headers.location).toBe('/out?error=access_denied&error_description=The+person+refused.');
  expect(await stored(server.gatehouse)).toEqual({ users: null, accounts: null, sessions: null, states: 0 });
});

test('1 of 20 simultaneous callbacks with one state signs in', async () => {
  const back = await visitor.begin('acme');
  const answers = await Promise.all(Array.from({ length: 20 }, () => visitor.comeBack(back)));
  const targets = answers.map(({ headers }) => String(headers.location));
  expect(targets.filter((target) => target === '/in')).toHaveLength(1);
  expect(targets.filter((target) => target.endsWith('?error=state_mismatch'))).toHaveLength(19);
  const { users, accounts, sessions } = (await stored(server.gatehouse)) as Record<string, unknown[]>;
  expect([users, accounts, sessions].map((rows) => rows?.length)).toEqual([1, 1, 1]);
});

test.each(['verified', 'unverified'])(
  'a new person (%s) who signs in with 4 tabs at once becomes one user',
  async (person) => {
    const tabs = Array.from({ length: 4 }, () => new Visitor(server.gatehouse));
    const backs = await Promise.all(tabs.map((tab) => tab.begin('acme', person)));
    const answers = await Promise.all(tabs.map((tab, index) => tab.comeBack(backs[index] as Return)));
    expect(answers.map(({ headers }) => headers.location)).toEqual(tabs.map(() => '/in'));
    const { users, accounts, sessions } = (await stored(server.gatehouse)) as Record<string, unknown[]>;
    expect([users, accounts, sessions].map((rows) => rows?.length)).toEqual([1, 1, tabs.length]);
  },
);
