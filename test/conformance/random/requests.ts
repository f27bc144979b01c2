import fc from 'fast-check';
import { FORM, ODD_BODIES, WRONG_TYPES } from '../scenarios/values.js';
import { IDENTITY_FITTING, IDENTITY_MISFITS, type IdentityKind } from './identity-kinds.js';
import { PLUGIN_FITTING, PLUGIN_MISFITS, type PluginKind } from './plugin-kinds.js';
import { BROWSERS, PASSWORD } from './world.js';

/** A request as data, so that fast-check can shrink and print it. Names in braces stand for values in `saved`. */
export interface RandomRequest {
  readonly method: string;
  /** Path and query. The base path is added, unless `link` is true. */
  readonly path: string;
  /** True if the path is a link from a mail, which contains the base path. */
  readonly link?: boolean;
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly browser: string;
}

/** A step that waits for mails and saves the link of the last one. */
export const MAILS = 'mails';

/** A step that goes through the pages of the OpenID provider to which the last answer led, and saves the callback. */
export const PROVIDER = 'provider';

export type RandomStep = RandomRequest | typeof MAILS | typeof PROVIDER;

/** The kinds of values on routes of the core. */
type CoreKind = 'email' | 'password' | 'text' | 'url' | 'flag' | 'token' | 'anything';

export type Kind = CoreKind | PluginKind | IdentityKind;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** The last segment of the path. */
  readonly id?: Kind;
  /** Headers of every request, such as a bearer token. */
  readonly headers?: Headers;
  /** True if well-formed requests have a form as their body. */
  readonly isForm?: boolean;
  readonly body?: Readonly<Record<string, Kind>>;
  readonly query?: Readonly<Record<string, Kind>>;
  /** Fields that a well-formed request may lack, besides those with URLs. */
  readonly optional?: readonly string[];
}

export const get = (path: string, query: Route['query'] = {}): Route => ({ method: 'GET', path, query });
export const post = (path: string, body: Route['body'] = {}, query: Route['query'] = {}): Route => ({
  method: 'POST',
  path,
  body,
  query,
});
const flags = { disableCookieCache: 'anything', disableRefresh: 'anything' } as const;

export const ROUTES = {
  ok: get('/ok'),
  error: get('/error', { error: 'text', error_description: 'text' }),
  getSession: get('/get-session', flags),
  refresh: post('/get-session', { x: 'anything' }, flags),
  signUp: post('/sign-up/email', {
    name: 'text',
    email: 'email',
    password: 'password',
    image: 'text',
    callbackURL: 'url',
    rememberMe: 'flag',
    nickname: 'anything',
    role: 'anything',
    score: 'anything',
    hidden: 'anything',
  }),
  signIn: post('/sign-in/email', {
    email: 'email',
    password: 'password',
    callbackURL: 'url',
    rememberMe: 'flag',
  }),
  signOut: post('/sign-out', { callbackURL: 'url', disableRedirect: 'flag', state: 'text' }),
  listSessions: get('/list-sessions', flags),
  revokeSession: post('/revoke-session', { token: 'token' }),
  revokeSessions: post('/revoke-sessions', { x: 'anything' }),
  revokeOthers: post('/revoke-other-sessions', { x: 'anything' }),
  updateSession: post('/update-session', { device: 'anything', token: 'token', userId: 'text' }),
  updateUser: post('/update-user', {
    name: 'anything',
    image: 'anything',
    email: 'email',
    nickname: 'anything',
    role: 'anything',
    score: 'anything',
    hidden: 'anything',
  }),
  changePassword: post('/change-password', {
    newPassword: 'password',
    currentPassword: 'password',
    revokeOtherSessions: 'flag',
  }),
  verifyPassword: post('/verify-password', { password: 'password' }),
  changeEmail: post('/change-email', { newEmail: 'email', callbackURL: 'url' }),
  deleteUser: post('/delete-user', { password: 'password', token: 'token', callbackURL: 'url' }),
  deleteCallback: get('/delete-user/callback', { token: 'token', callbackURL: 'url' }),
  requestReset: post('/request-password-reset', { email: 'email', redirectTo: 'url' }),
  resetCallback: get('/reset-password/{reset}', { callbackURL: 'url' }),
  resetCallbackLate: get('/reset-password/{reset-late}', { callbackURL: 'url' }),
  reset: post('/reset-password', { newPassword: 'password', token: 'token' }, { token: 'token' }),
  verifyEmail: get('/verify-email', { token: 'token', callbackURL: 'url' }),
  sendVerification: post('/send-verification-email', { email: 'email', callbackURL: 'url' }),
  listAccounts: get('/list-accounts', flags),
  token: get('/token', flags),
  jwks: get('/jwks'),
} satisfies Record<string, Route>;

const UNKNOWN_PATHS = [
  '/nothing',
  '/sign-up',
  '/sign-in/email/',
  '//ok',
  '/ok/',
  '/reset-password/',
  '/set-password',
  '/OK',
];

const ODD_TEXTS = [
  '',
  ' ',
  'a\0b',
  '\ud800',
  'é\u202e💥',
  'x'.repeat(129),
  'x'.repeat(1000),
  "' or 1=1 --",
  '<script>',
  '%00%0d%0a',
  '\r\nset-cookie: a=b',
  '__proto__',
  '{}',
];

/** Suitable values for each kind. The most usual comes first, because fast-check shrinks towards the first. */
const FITTING: Readonly<Record<Kind, readonly unknown[]>> = {
  email: ['{ada}', '{bob}', '{new}', '{newer}', 'nobody.{tag}@example.com'],
  password: [PASSWORD, PASSWORD, 'another long password', 'wrong password'],
  text: ['Ada', 'Ada King', 'état', 'a b'],
  url: ['/welcome', '/welcome?a=1#top', '{origin}/in', 'https://app.example.com/x', 'myapp://in'],
  flag: [true, false],
  token: [
    '{link-token}',
    '{reset}',
    '{delete}',
    '{verify}',
    '{confirm}',
    '{change}',
    '{token}',
    '{token-old}',
    '{token-bob}',
    '{reset-late}',
    '{verify-late}',
    '{verify-forged}',
    '{verify-nobody}',
    '{change-taken}',
    '{change-unnamed}',
    '{change-legacy}',
    '{verify}x',
    '{reset}x',
    '{signed}',
  ],
  anything: ['text', true, 'false', 5, null],
  ...PLUGIN_FITTING,
  ...IDENTITY_FITTING,
};

const MISFITS: Readonly<Partial<Record<Kind, readonly unknown[]>>> = {
  email: [
    '{ada}\n',
    ' {ada}',
    'ADA.{tag}@EXAMPLE.COM',
    'ada',
    'a@b',
    'ada.{tag}@example.com.',
    'a..b@c.de',
    '"a b"@c.de',
  ],
  password: ['short', '1234567', '12345678', 'p'.repeat(128), 'é'.repeat(64)],
  url: [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/a b',
    '/%2f',
    'welcome',
    'https://app.example.com.evil.example',
    'http://app.example.com',
    '{origin}.evil.example',
    '/a?b=https://evil.example',
  ],
  token: ['a.b.c', '..', 'eyJhbGciOiJub25lIn0.e30.', '../ok', 'null'],
  ...PLUGIN_MISFITS,
  ...IDENTITY_MISFITS,
};

const WRONG = WRONG_TYPES.map(([, value]) => value);

/** @param strict if true, makes only suitable values */
function valueOf(kind: Kind, strict: boolean): fc.Arbitrary<unknown> {
  const fitting = fc.constantFrom(...FITTING[kind]);
  if (strict) return fitting;
  return fc.oneof(
    { arbitrary: fitting, weight: 10 },
    { arbitrary: fc.constantFrom(...(MISFITS[kind] ?? ODD_TEXTS)), weight: 3 },
    { arbitrary: fc.constantFrom(...WRONG), weight: 3 },
    { arbitrary: fc.constantFrom(...ODD_TEXTS), weight: 2 },
    { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 },
  );
}

const fieldsOf = (
  fields: Readonly<Record<string, Kind>>,
  strict: boolean,
  optional: readonly string[] = [],
) =>
  fc.record(Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, valueOf(kind, strict)])), {
    requiredKeys: strict
      ? Object.keys(fields).filter((name) => fields[name] !== 'url' && !optional.includes(name))
      : [],
  });

/** An encoded query. Names in braces are not encoded, because they are replaced later. */
function queryOf(
  fields: Readonly<Record<string, Kind>>,
  strict: boolean,
  optional?: readonly string[],
): fc.Arbitrary<string> {
  return fieldsOf(fields, strict, optional).map((values) =>
    Object.keys(values).length > 0 ? `?${formOf(values)}` : '',
  );
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

const encode = (text: string) =>
  // A lone surrogate cannot be written in UTF-8.
  text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .split(/(\{[a-z-]+\})/)
    .map((part) => (/^\{[a-z-]+\}$/.test(part) ? part : encodeURIComponent(part)))
    .join('');

type Headers = Record<string, string | undefined>;

const ODD_COOKIES = [
  '',
  ';',
  '=',
  '{cookie}',
  '{cookie}=',
  '{cookie}={token}',
  '{cookie}={signed}',
  '{cookie}={encoded}',
  '{cookie}="{encoded}"',
  '{cookie}={encoded}x',
  '{cookie}=%zz',
  '{cookie}=.',
  '{cookie}={encoded}; {cookie}=x',
  '{cookie}=x; {cookie}={encoded}',
  'a=b;{cookie}={encoded}',
  '{cookie}={encoded},x=y',
  '{cookie}={encoded}; better-auth.session_data=x',
  '{cookie}={encoded}; better-auth.session_data=e30',
  '{cookie}={encoded}; better-auth.session_data=bnVsbA; __Secure-app.session_data=a.b.c',
  '{cookie}={encoded}; __Secure-app.session_data=a..b.c.d',
  '{cookie}={encoded}; better-auth.session_data.0=e30; better-auth.session_data.9=x',
  '{cookie}={encoded}; better-auth.dont_remember=x',
  `x=${'a'.repeat(5000)}; {cookie}={encoded}`,
  '__proto__=1; constructor=2; {cookie}={encoded}',
];

const ODD_HEADERS: readonly Headers[] = [
  { origin: undefined },
  { origin: 'https://evil.example' },
  { origin: 'https://app.example.com' },
  { origin: 'null' },
  { origin: 'null', 'sec-fetch-site': 'same-origin' },
  { origin: undefined, referer: '{origin}/page' },
  { origin: undefined, referer: 'https://evil.example/page' },
  { origin: '' },
  { origin: 'rubbish' },
  { origin: 'myapp://' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
  { authorization: 'Bearer {token}' },
  { authorization: 'bearer {token-old}' },
  { authorization: 'Bearer {signed}' },
  { authorization: 'Bearer {encoded}' },
  { authorization: 'Bearer {token-bob}' },
  { authorization: 'Bearer {token}x' },
  { authorization: 'Bearer a.b.c' },
  { authorization: 'Bearer' },
  { authorization: 'Basic {token}' },
  { 'user-agent': 'x'.repeat(2000) },
  { 'user-agent': '' },
  { 'x-forwarded-for': '1.2.3.4' },
  { 'x-forwarded-for': '2001:db8::1' },
  { 'x-forwarded-for': 'rubbish' },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
  { 'accept-language': 'de' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-8' },
  { 'content-type': undefined },
  { 'content-type': 'rubbish' },
  FORM,
  ...ODD_COOKIES.map((cookie) => ({ cookie })),
];

/** @param usual the browser that sends most of the requests */
export const browsersOf = (usual: string, all: readonly string[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 6 }, { arbitrary: fc.constantFrom(...all), weight: 4 });

const browsers = browsersOf('ada', BROWSERS);

const headersOf = (strict: boolean): fc.Arbitrary<Headers> =>
  strict
    ? fc.constant({})
    : fc.oneof(
        { arbitrary: fc.constant<Headers>({}), weight: 6 },
        { arbitrary: fc.constantFrom<Headers>(...ODD_HEADERS), weight: 4 },
      );

interface RequestOptions {
  /** If true, makes only well-formed requests. */
  readonly strict?: boolean;
  readonly from?: fc.Arbitrary<string>;
}

export const strictly = { strict: true } as const;

export function requestTo(route: Route, options: RequestOptions = {}): fc.Arbitrary<RandomRequest> {
  const { strict = false, from = browsers } = options;
  const { method, path, id, body, query = {}, headers: own, isForm = false, optional } = route;
  const request = fc.record({
    method: fc.constant<string>(method),
    path: fc
      .tuple(
        id ? valueOf(id, strict).map((value) => `${path}/${encode(textOf(value))}`) : fc.constant(path),
        strict && body ? fc.constant('') : queryOf(query, strict, optional),
      )
      .map((parts) => parts.join('')),
    headers: headersOf(strict).map((headers) => ({ ...own, ...headers })),
    browser: from,
  });
  if (!body) return request;
  const fields = fieldsOf(body, strict, optional);
  if (strict)
    return fc
      .tuple(request, fields)
      .map(([rest, value]) =>
        isForm
          ? { ...rest, body: formOf(value), headers: { ...rest.headers, ...FORM } }
          : { ...rest, body: value },
      );
  const bodies: fc.Arbitrary<{ body: unknown; headers?: Headers | undefined }> = fc.oneof(
    { arbitrary: fields.map((value) => ({ body: value })), weight: 8 },
    { arbitrary: fields.map((value) => ({ body: formOf(value), headers: FORM })), weight: isForm ? 20 : 1 },
    {
      arbitrary: fc.constantFrom(...ODD_BODIES).map(([, value, headers]) => ({ body: value, headers })),
      weight: 1,
    },
  );
  return fc
    .tuple(request, bodies)
    .map(([rest, sent]) => ({ ...rest, body: sent.body, headers: { ...rest.headers, ...sent.headers } }));
}

const formOf = (fields: Record<string, unknown>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${encode(textOf(value))}`)
    .join('&');

export const follow: fc.Arbitrary<RandomRequest> = fc.record({
  method: fc.constant('GET'),
  path: fc.constant('{link}'),
  link: fc.constant(true),
  headers: headersOf(false),
  browser: browsers,
});

export const waitForMails = fc.constant<RandomStep>(MAILS);
export const throughPages = fc.constant<RandomStep>(PROVIDER);
const anyRoute = fc.oneof(...Object.values(ROUTES).map((route: Route) => requestTo(route)));
const anyMethod = fc.record({
  method: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'OPTIONS', 'GET', 'POST'),
  path: fc.constantFrom(...Object.values(ROUTES).map(({ path }) => path), ...UNKNOWN_PATHS),
  headers: headersOf(false),
  browser: browsers,
});

/** Sequences of requests that need each other. Single random requests would never reach their ends. */
const flows: fc.Arbitrary<readonly RandomStep[]> = fc.oneof(
  fc.tuple(
    requestTo(ROUTES.requestReset, strictly),
    waitForMails,
    follow,
    requestTo(ROUTES.reset, strictly),
    requestTo(ROUTES.signIn, strictly),
  ),
  fc.tuple(requestTo(ROUTES.sendVerification, strictly), waitForMails, follow, requestTo(ROUTES.getSession)),
  fc.tuple(requestTo(ROUTES.changeEmail, strictly), waitForMails, follow, waitForMails, follow),
  fc.tuple(requestTo(ROUTES.deleteUser, strictly), waitForMails, follow, requestTo(ROUTES.getSession)),
  fc.tuple(
    requestTo(ROUTES.signUp, strictly),
    waitForMails,
    follow,
    requestTo(ROUTES.signIn, strictly),
    requestTo(ROUTES.getSession),
  ),
  fc.tuple(
    requestTo(ROUTES.signIn, strictly),
    requestTo(ROUTES.listSessions),
    requestTo(ROUTES.changePassword, strictly),
  ),
  fc.tuple(
    requestTo(ROUTES.reset, strictly),
    requestTo(ROUTES.signIn, strictly),
    requestTo(ROUTES.updateUser),
  ),
);

/** A single request or a flow, over all routes. */
const group: fc.Arbitrary<readonly RandomStep[]> = fc.oneof(
  { arbitrary: anyRoute.map((request): readonly RandomStep[] => [request]), weight: 12 },
  { arbitrary: anyMethod.map((request): readonly RandomStep[] => [request]), weight: 1 },
  { arbitrary: flows, weight: 3 },
);

/** One to eight groups of steps. */
export const sequencesOf = (
  steps: fc.Arbitrary<readonly RandomStep[]>,
): fc.Arbitrary<readonly RandomStep[]> =>
  fc.array(steps, { minLength: 1, maxLength: 8, size: 'max' }).map((groups) => groups.flat());

export const sequences = sequencesOf(group);
