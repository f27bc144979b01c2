import type { OptionSet } from '../pair.js';
import { cookies, get, pause, post, rows, scenario, signed, sql, type Scenario } from '../steps.js';
import { ADA } from './values.js';

const { email, password } = ADA;
const signUp = post('/sign-up/email', ADA);
const signIn = post('/sign-in/email', { email, password });
const signInForNow = post('/sign-in/email', { email, password, rememberMe: false });
const due = sql(`update sessions set expires_at = now() + interval '1 day'`);
const expired = sql(`update sessions set expires_at = now() - interval '1 second'`);
const gone = sql('delete from sessions');
const session = rows('select expires_at, updated_at from sessions');

const isData = (name: string) => /(session_data|data)(\.\d+)?$/.test(name);

const withoutData = cookies('no session data', (store) => {
  for (const name of store.keys()) if (isData(name)) store.delete(name);
});

const alter = (label: string, change: (value: string) => string) =>
  cookies(label, (store) => {
    for (const [name, value] of store) if (isData(name)) store.set(name, change(value));
  });

const keep = (name: string) =>
  cookies(`keep the session data as ${name}`, (store, side) => {
    for (const [cookie, value] of store) if (isData(cookie)) side.saved.set(name, value);
  });

const bring = (name: string) =>
  cookies(`bring the session data of ${name}`, (store, side) => {
    for (const cookie of store.keys()) if (isData(cookie)) store.set(cookie, side.saved.get(name) ?? '');
  });

/** Every kind of route on which the session's cookies are set, renewed, left alone or expired. */
const walk: readonly Scenario[] = [
  scenario(
    'somebody who is remembered',
    signUp,
    get('/get-session'),
    get('/get-session?disableCookieCache=true'),
    get('/list-accounts'),
    get('/list-sessions'),
    post('/update-user', { name: 'Ada King' }),
    get('/get-session'),
    post('/revoke-other-sessions', {}),
    post('/update-session', { expiresAt: '2030-01-01T00:00:00.000Z', token: 'x', userId: 'y' }),
    post('/update-session', []),
    post('/update-session'),
    withoutData,
    get('/list-accounts'),
    withoutData,
    due,
    get('/get-session'),
    session,
    withoutData,
    due,
    get('/list-accounts'),
    session,
    withoutData,
    due,
    post('/update-user', { name: 'A' }),
    session,
    post('/sign-out'),
    get('/get-session'),
    post('/update-session', {}),
  ),
  scenario(
    'somebody who is not',
    signUp,
    signInForNow,
    get('/get-session'),
    post('/update-user', { name: 'Ada King' }),
    withoutData,
    get('/get-session'),
    due,
    get('/get-session?disableCookieCache=1'),
    get('/list-accounts'),
    signIn,
    get('/get-session'),
    signInForNow,
    post('/sign-out', {}),
  ),
  scenario(
    'a session that is revoked',
    signUp,
    gone,
    get('/get-session'),
    get('/list-accounts'),
    post('/revoke-other-sessions', {}),
    get('/get-session'),
  ),
  scenario(
    'a session that has expired',
    signUp,
    expired,
    withoutData,
    get('/get-session'),
    rows('select id from sessions'),
    signIn,
    expired,
    post('/revoke-other-sessions', {}),
  ),
  scenario(
    'by POST',
    post('/get-session'),
    signUp,
    post('/get-session'),
    withoutData,
    post('/get-session', '{'),
    due,
    get('/get-session?disableCookieCache=1'),
    session,
    post('/get-session?disableCookieCache=1', {}),
    session,
    due,
    post('/get-session?disableRefresh=1&disableCookieCache=1'),
    get('/get-session?disableRefresh=1&disableCookieCache=1'),
    expired,
    withoutData,
    get('/get-session'),
    rows('select count(*)::int as count from sessions'),
  ),
  scenario(
    'by POST, expired',
    signUp,
    expired,
    withoutData,
    post('/get-session'),
    rows('select count(*)::int as count from sessions'),
  ),
  scenario(
    'a bearer',
    post('/sign-up/email', ADA, { save: { token: 'token' } }),
    get('/get-session', { browser: 'app', headers: { authorization: 'Bearer {token}' } }),
    get('/get-session', { browser: 'app', headers: { authorization: 'Bearer {token}' } }),
    post('/update-user', { name: 'A' }, { browser: 'app', headers: { authorization: 'Bearer {token}' } }),
    due,
    get('/get-session?disableCookieCache=1', {
      browser: 'app2',
      headers: { authorization: 'Bearer {token}' },
    }),
  ),
];

/** What only a server with a cache does. */
const cache: readonly Scenario[] = [
  scenario(
    'a revoked session stands in the cache, but not where it matters (advisory A21)',
    signUp,
    gone,
    get('/get-session'),
    get('/list-accounts'),
    get('/list-sessions'),
    post('/update-user', { image: 'x' }),
    post('/update-session', { a: 1 }),
    get('/get-session?disableCookieCache='),
    get('/get-session?disableCookieCache=false'),
    get('/get-session'),
  ),
  scenario(
    'a revoked session on a sensitive route',
    signUp,
    gone,
    post('/revoke-sessions', {}),
    get('/get-session'),
  ),
  scenario(
    'a user who is gone (advisory A10)',
    signUp,
    sql('delete from users'),
    get('/get-session'),
    post('/revoke-session', { token: 'x' }),
    get('/get-session'),
  ),
  ...(
    [
      ['cut short', (value: string) => value.slice(0, -5)],
      ['with something before it', (value: string) => `x${value}`],
      ['of rubbish', () => 'rubbish'],
      ['of JSON alone', () => Buffer.from('{"session":{},"expiresAt":9e15}').toString('base64url')],
      ['of null', () => Buffer.from('null').toString('base64url')],
      ['of an unsigned JWT', (value: string) => unsigned(value)],
      ['with another name in it', (value: string) => renamed(value)],
    ] as const
  ).map(([label, change]) =>
    scenario(
      `session data ${label}`,
      signUp,
      alter(label, change),
      get('/get-session'),
      alter(label, change),
      get('/list-accounts'),
      get('/get-session'),
      alter(label, change),
      gone,
      get('/get-session'),
    ),
  ),
  // On the strategy `compact` the original ends these in a 500 or a 401.
  ...['%E0%A4%A', 'a.b', encodeURIComponent(signed('true')), 'é'].map((value) =>
    scenario(
      `session data ${value}`,
      signUp,
      alter('other data', () => value),
      get('/get-session'),
    ),
  ),
  scenario(
    'session data of another session',
    signUp,
    keep('first'),
    signIn,
    keep('second'),
    bring('first'),
    get('/get-session'),
    bring('first'),
    get('/list-accounts'),
    gone,
    bring('first'),
    get('/get-session'),
  ),
  scenario(
    'session data without a session',
    signUp,
    cookies('no token', (store) => {
      for (const name of store.keys()) if (!isData(name)) store.delete(name);
    }),
    get('/get-session'),
    get('/list-accounts'),
    post('/revoke-sessions', {}),
  ),
  scenario(
    'a change elsewhere is seen when the cache is passed over',
    signUp,
    sql(`update users set name = 'Changed'`),
    get('/get-session'),
    get('/get-session?disableCookieCache=yes'),
    get('/get-session'),
  ),
  scenario(
    'names that JSON and base64 write in several ways',
    post('/sign-up/email', { ...ADA, name: 'Ada "\\ \u2028 é 😀 </script>' }),
    get('/get-session'),
  ),
  scenario(
    'more than one cookie holds',
    signUp,
    post('/update-user', { image: 'x'.repeat(9000) }),
    get('/get-session'),
    get('/list-accounts'),
    get('/get-session?disableCookieCache=1'),
    post('/update-user', { image: 'y'.repeat(3500) }),
    get('/get-session'),
    post('/update-user', { image: '' }),
    get('/get-session'),
    post('/update-user', { image: 'x'.repeat(9000) }),
    gone,
    get('/get-session'),
    post('/revoke-sessions', {}),
  ),
  scenario(
    'more than one cookie holds, on a guarded route',
    signUp,
    post('/update-user', { image: 'x'.repeat(9000) }),
    post('/revoke-other-sessions', {}),
  ),
  scenario(
    'more than a hundred cookies hold',
    signUp,
    sql(`update users set image = repeat('x', 300000)`),
    get('/get-session?disableCookieCache=1'),
  ),
  ...[2700, 2750, 2800].map((length) =>
    scenario(
      `about the limit: ${length}`,
      signUp,
      ...Array.from({ length: 10 }, (_, step) =>
        post('/update-user', { image: 'x'.repeat(length + step * 5) }),
      ),
      get('/get-session'),
    ),
  ),
];

const CACHE = { SESSION_COOKIE_CACHE_ENABLED: 'true' };

/** Every option that says something of the session's cookies. */
export const COOKIE_SETS: readonly (OptionSet & {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
})[] = [
  ...(['compact', 'jwt', 'jwe'] as const).map((strategy) => ({
    name: `cookieCache, ${strategy}`,
    options: { session: { cookieCache: { enabled: true, strategy } } },
    variables: { ...CACHE, SESSION_COOKIE_CACHE_STRATEGY: strategy },
    scenarios: [...walk, ...cache],
  })),
  {
    name: 'cookieCache, short and of a version',
    options: { session: { cookieCache: { enabled: true, maxAge: 1, version: 'two' } } },
    variables: { ...CACHE, SESSION_COOKIE_CACHE_MAX_AGE: '1', SESSION_COOKIE_CACHE_VERSION: 'two' },
    scenarios: [
      scenario(
        'it expires',
        signUp,
        get('/get-session'),
        pause(1200),
        get('/get-session'),
        get('/list-accounts'),
      ),
      scenario(
        'it expires for the revoked',
        signUp,
        gone,
        get('/get-session'),
        pause(1200),
        get('/get-session'),
      ),
    ],
  },
  {
    name: 'deferSessionRefresh',
    options: { session: { deferSessionRefresh: true } },
    variables: { SESSION_DEFER_SESSION_REFRESH: 'true' },
    scenarios: walk,
  },
  {
    name: 'deferSessionRefresh with cookieCache',
    options: { session: { deferSessionRefresh: true, cookieCache: { enabled: true } } },
    variables: { ...CACHE, SESSION_DEFER_SESSION_REFRESH: 'true' },
    scenarios: walk,
  },
  {
    name: 'disableSessionRefresh',
    options: { session: { disableSessionRefresh: true } },
    variables: { SESSION_DISABLE_SESSION_REFRESH: 'true' },
    scenarios: walk,
  },
  {
    name: 'disableSessionRefresh with deferSessionRefresh',
    options: { session: { disableSessionRefresh: true, deferSessionRefresh: true } },
    variables: { SESSION_DISABLE_SESSION_REFRESH: 'true', SESSION_DEFER_SESSION_REFRESH: 'true' },
    scenarios: walk,
  },
  {
    name: 'useSecureCookies and cookiePrefix',
    options: { advanced: { useSecureCookies: true, cookiePrefix: 'shop' } },
    variables: { ADVANCED_USE_SECURE_COOKIES: 'true', ADVANCED_COOKIE_PREFIX: 'shop' },
    scenarios: walk,
  },
  {
    name: 'crossSubDomainCookies',
    options: { advanced: { crossSubDomainCookies: { enabled: true, domain: 'example.com' } } },
    variables: {
      ADVANCED_CROSS_SUB_DOMAIN_COOKIES_ENABLED: 'true',
      ADVANCED_CROSS_SUB_DOMAIN_COOKIES_DOMAIN: 'example.com',
    },
    scenarios: walk,
  },
  {
    name: 'crossSubDomainCookies of the host',
    options: {
      advanced: { crossSubDomainCookies: { enabled: true } },
      session: { cookieCache: { enabled: true } },
    },
    variables: { ...CACHE, ADVANCED_CROSS_SUB_DOMAIN_COOKIES_ENABLED: 'true' },
    scenarios: walk,
  },
  {
    name: 'a domain that is off',
    options: { advanced: { crossSubDomainCookies: { enabled: false, domain: 'example.com' } } },
    variables: { ADVANCED_CROSS_SUB_DOMAIN_COOKIES_DOMAIN: 'example.com' },
    scenarios: walk.slice(0, 1),
  },
  ...[
    { sameSite: 'none', partitioned: true },
    { sameSite: 'Strict', secure: true, path: '/api', domain: 'auth.example.com' },
    { maxAge: 1000, httpOnly: false, secure: false },
  ].map((attributes) => ({
    name: `defaultCookieAttributes ${JSON.stringify(attributes)}`,
    options: {
      advanced: {
        defaultCookieAttributes: attributes,
        crossSubDomainCookies: { enabled: true, domain: 'example.com' },
      },
      session: { cookieCache: { enabled: true } },
    },
    variables: {
      ...CACHE,
      ADVANCED_DEFAULT_COOKIE_ATTRIBUTES: JSON.stringify(attributes),
      ADVANCED_CROSS_SUB_DOMAIN_COOKIES_ENABLED: 'true',
      ADVANCED_CROSS_SUB_DOMAIN_COOKIES_DOMAIN: 'example.com',
    },
    scenarios: walk,
  })),
  ...[
    {
      session_token: { name: 'sid', attributes: { sameSite: 'strict', maxAge: 77, path: '/a' } },
      session_data: { name: 'data', attributes: { maxAge: 120, httpOnly: false } },
      dont_remember: { attributes: { maxAge: 99, domain: 'example.com' } },
    },
    { session_token: { name: '__Host-sid', attributes: { domain: 'example.com', path: '/x' } } },
    { session_data: { attributes: { maxAge: 0 } } },
  ].map((overrides) => ({
    name: `cookies ${JSON.stringify(overrides)}`,
    options: {
      advanced: { cookies: overrides, defaultCookieAttributes: { sameSite: 'none' } },
      session: { cookieCache: { enabled: true } },
    },
    variables: {
      ...CACHE,
      ADVANCED_COOKIES: JSON.stringify(overrides),
      ADVANCED_DEFAULT_COOKIE_ATTRIBUTES: '{"sameSite":"none"}',
    },
    scenarios: walk,
  })),
  {
    name: 'useSecureCookies with names',
    options: { advanced: { useSecureCookies: true, cookies: { session_token: { name: 'sess' } } } },
    variables: {
      ADVANCED_USE_SECURE_COOKIES: 'true',
      ADVANCED_COOKIES: '{"session_token":{"name":"sess"}}',
    },
    scenarios: walk.slice(0, 2),
  },
];

/** Advisory A21: the header of a JWT must not choose how it is verified. */
function unsigned(value: string): string {
  if (!value.includes('.')) return value.slice(0, 20);
  const header = Buffer.from('{"alg":"none"}').toString('base64url');
  return `${header}.${value.split('.')[1] ?? ''}.`;
}

/** Whatever of it can be read says something else. */
function renamed(value: string): string {
  return value
    .split('.')
    .map((part) => {
      const text = Buffer.from(part, 'base64url').toString();
      return text.startsWith('{"session"')
        ? Buffer.from(text.replace('Ada', 'Eve')).toString('base64url')
        : part;
    })
    .join('.')
    .replace(/.$/, (last) => (value.split('.').length === 5 ? (last === 'A' ? 'Q' : 'A') : last));
}
