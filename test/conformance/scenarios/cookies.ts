import type { OptionSet } from '../pair.js';
import {
  cookies,
  get,
  pause,
  post,
  rows,
  scenario,
  signed,
  sql,
  withStaleCookie,
  type Scenario,
} from '../steps.js';
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

const withoutData = cookies('delete the session data', (store) => {
  for (const name of store.keys()) if (isData(name)) store.delete(name);
});

const alter = (label: string, change: (value: string) => string) =>
  cookies(label, (store) => {
    for (const [name, value] of store) if (isData(name)) store.set(name, change(value));
  });

const saveData = (name: string) =>
  cookies(`save the session data as ${name}`, (store, side) => {
    for (const [cookie, value] of store) if (isData(cookie)) side.saved.set(name, value);
  });

const restoreData = (name: string) =>
  cookies(`restore the session data saved as ${name}`, (store, side) => {
    for (const cookie of store.keys()) if (isData(cookie)) store.set(cookie, side.saved.get(name) ?? '');
  });

/** Requests to every kind of route that sets, renews, keeps or deletes the session cookies. */
const allRoutes: readonly Scenario[] = [
  scenario(
    'a remembered session',
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
    'a browser session',
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
    'a revoked session',
    signUp,
    gone,
    withStaleCookie(get('/get-session')),
    withStaleCookie(get('/list-accounts')),
    withStaleCookie(post('/revoke-other-sessions', {})),
    get('/get-session'),
  ),
  scenario(
    'an expired session',
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
    'get-session by POST',
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
    'get-session by POST with an expired session',
    signUp,
    expired,
    withoutData,
    post('/get-session'),
    rows('select count(*)::int as count from sessions'),
  ),
  scenario(
    'a bearer token',
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

/** Scenarios that need the cookie cache. */
const cache: readonly Scenario[] = [
  scenario(
    'the cache still shows a revoked session, but sensitive routes refuse it (test/security/advisories.md, "A21")',
    signUp,
    gone,
    withStaleCookie(get('/get-session')),
    withStaleCookie(get('/get-session?disableCookieCache=')),
    get('/get-session?disableCookieCache=false'),
    get('/get-session'),
  ),
  ...[
    get('/list-accounts'),
    get('/list-sessions'),
    post('/update-user', { image: 'x' }),
    post('/update-session', { a: 1 }),
    get('/token'),
  ].map((step) =>
    scenario(`the cache does not open a guarded route: ${step.label}`, signUp, gone, withStaleCookie(step)),
  ),
  scenario(
    'revoke-sessions with a revoked session',
    signUp,
    gone,
    post('/revoke-sessions', {}),
    get('/get-session'),
  ),
  scenario(
    'a deleted user (test/security/advisories.md, "A10")',
    signUp,
    sql('delete from users'),
    withStaleCookie(get('/get-session')),
    post('/revoke-session', { token: 'x' }),
    get('/get-session'),
  ),
  ...(
    [
      ['truncated', (value: string) => value.slice(0, -5)],
      ['with a character in front', (value: string) => `x${value}`],
      ['replaced by rubbish', () => 'rubbish'],
      [
        'replaced by unsigned JSON',
        () => Buffer.from('{"session":{},"expiresAt":9e15}').toString('base64url'),
      ],
      ['replaced by null', () => Buffer.from('null').toString('base64url')],
      ['replaced by an unsigned JWT', (value: string) => unsigned(value)],
      ['changed to another name', (value: string) => renamed(value)],
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
  // With the strategy `compact` Better Auth answers these with a 500 or a 401.
  ...['%E0%A4%A', 'a.b', encodeURIComponent(signed('true')), 'é'].map((value) =>
    scenario(
      `session data ${value}`,
      signUp,
      alter('replace the session data', () => value),
      get('/get-session'),
    ),
  ),
  scenario(
    'session data of another session',
    signUp,
    saveData('first'),
    signIn,
    saveData('second'),
    restoreData('first'),
    get('/get-session'),
    restoreData('first'),
    get('/list-accounts'),
    gone,
    restoreData('first'),
    get('/get-session'),
  ),
  scenario(
    'session data without a session',
    signUp,
    cookies('delete all cookies except the session data', (store) => {
      for (const name of store.keys()) if (!isData(name)) store.delete(name);
    }),
    get('/get-session'),
    get('/list-accounts'),
    post('/revoke-sessions', {}),
  ),
  scenario(
    'disableCookieCache shows a change that the cache hides',
    signUp,
    sql(`update users set name = 'Changed'`),
    withStaleCookie(get('/get-session')),
    get('/get-session?disableCookieCache=yes'),
    get('/get-session'),
  ),
  scenario(
    'a name with characters that JSON and base64 can write in several ways',
    post('/sign-up/email', { ...ADA, name: 'Ada "\\ \u2028 é 😀 </script>' }),
    get('/get-session'),
  ),
  scenario(
    'session data too long for one cookie',
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
    withStaleCookie(get('/get-session')),
    post('/revoke-sessions', {}),
  ),
  scenario(
    'session data too long for one cookie, on a guarded route',
    signUp,
    post('/update-user', { image: 'x'.repeat(9000) }),
    post('/revoke-other-sessions', {}),
  ),
  scenario(
    'session data too long for 100 cookies',
    signUp,
    sql(`update users set image = repeat('x', 300000)`),
    get('/get-session?disableCookieCache=1'),
  ),
  ...[2700, 2750, 2800].map((length) =>
    scenario(
      `session data near the limit of one cookie: ${length}`,
      signUp,
      ...Array.from({ length: 10 }, (_, step) =>
        post('/update-user', { image: 'x'.repeat(length + step * 5) }),
      ),
      get('/get-session'),
    ),
  ),
];

const CACHE = { SESSION_COOKIE_CACHE_ENABLED: 'true' };

/** Option sets for every option that concerns the session cookies. */
export const COOKIE_SETS: readonly (OptionSet & {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
})[] = [
  ...(['compact', 'jwt', 'jwe'] as const).map((strategy) => ({
    name: `cookieCache, ${strategy}`,
    options: { session: { cookieCache: { enabled: true, strategy } } },
    variables: { ...CACHE, SESSION_COOKIE_CACHE_STRATEGY: strategy },
    scenarios: [...allRoutes, ...cache],
  })),
  {
    name: 'cookieCache with maxAge: 1 and version',
    options: { session: { cookieCache: { enabled: true, maxAge: 1, version: 'two' } } },
    variables: { ...CACHE, SESSION_COOKIE_CACHE_MAX_AGE: '1', SESSION_COOKIE_CACHE_VERSION: 'two' },
    scenarios: [
      scenario(
        'the cache expires',
        signUp,
        get('/get-session'),
        pause(1200),
        get('/get-session'),
        get('/list-accounts'),
      ),
      scenario(
        'the cache of a revoked session expires',
        signUp,
        gone,
        withStaleCookie(get('/get-session')),
        pause(1200),
        get('/get-session'),
      ),
    ],
  },
  {
    name: 'deferSessionRefresh, crossSubDomainCookies.enabled: false with domain',
    options: {
      session: { deferSessionRefresh: true },
      advanced: { crossSubDomainCookies: { enabled: false, domain: 'example.com' } },
    },
    variables: {
      SESSION_DEFER_SESSION_REFRESH: 'true',
      ADVANCED_CROSS_SUB_DOMAIN_COOKIES_DOMAIN: 'example.com',
    },
    scenarios: allRoutes,
  },
  {
    name: 'disableSessionRefresh with deferSessionRefresh, useSecureCookies with names',
    options: {
      session: { disableSessionRefresh: true, deferSessionRefresh: true },
      advanced: { useSecureCookies: true, cookies: { session_token: { name: 'sess' } } },
    },
    variables: {
      SESSION_DISABLE_SESSION_REFRESH: 'true',
      SESSION_DEFER_SESSION_REFRESH: 'true',
      ADVANCED_USE_SECURE_COOKIES: 'true',
      ADVANCED_COOKIES: '{"session_token":{"name":"sess"}}',
    },
    scenarios: allRoutes,
  },
  {
    name: 'useSecureCookies and cookiePrefix',
    options: { advanced: { useSecureCookies: true, cookiePrefix: 'shop' } },
    variables: { ADVANCED_USE_SECURE_COOKIES: 'true', ADVANCED_COOKIE_PREFIX: 'shop' },
    scenarios: allRoutes,
  },
  {
    name: 'crossSubDomainCookies, disableSessionRefresh',
    options: {
      advanced: { crossSubDomainCookies: { enabled: true, domain: 'example.com' } },
      session: { disableSessionRefresh: true },
    },
    variables: {
      SESSION_DISABLE_SESSION_REFRESH: 'true',
      ADVANCED_CROSS_SUB_DOMAIN_COOKIES_ENABLED: 'true',
      ADVANCED_CROSS_SUB_DOMAIN_COOKIES_DOMAIN: 'example.com',
    },
    scenarios: allRoutes,
  },
  {
    name: 'crossSubDomainCookies without domain, deferSessionRefresh with cookieCache',
    options: {
      advanced: { crossSubDomainCookies: { enabled: true } },
      session: { deferSessionRefresh: true, cookieCache: { enabled: true } },
    },
    variables: {
      ...CACHE,
      SESSION_DEFER_SESSION_REFRESH: 'true',
      ADVANCED_CROSS_SUB_DOMAIN_COOKIES_ENABLED: 'true',
    },
    scenarios: allRoutes,
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
    scenarios: allRoutes,
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
    scenarios: allRoutes,
  })),
];

/**
 * A JWT with `alg: none`. test/security/advisories.md, "A21": the header of a JWT must not choose how it is
 * verified.
 */
function unsigned(value: string): string {
  if (!value.includes('.')) return value.slice(0, 20);
  const header = Buffer.from('{"alg":"none"}').toString('base64url');
  return `${header}.${value.split('.')[1] ?? ''}.`;
}

/** Changes the name in the readable parts. In a JWE, which has five parts, it changes the last character. */
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
