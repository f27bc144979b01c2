import type { OptionSet } from '../pair.js';
import { call, get, pause, post, scenario, signedIn, type Scenario, type Step } from '../steps.js';
import { ADA } from './values.js';

const wrong = { email: 'nobody@example.com', password: 'wrong password' };

/** Scenarios use different addresses, so that they do not share rate limit buckets. */
const from = (address: string, headers: Record<string, string | undefined> = {}) => ({
  headers: { 'x-forwarded-for': address, ...headers },
});

const times = (count: number, step: Step): Step[] => Array.from({ length: count }, () => step);

const PROXIED: readonly Record<string, string>[] = [
  { 'x-forwarded-for': '1.2.3.4' },
  { 'x-forwarded-for': '1.2.3.4' },
  { 'x-forwarded-for': '1.2.3.4, 10.1.2.3' },
  { 'x-forwarded-for': '9.9.9.9, 1.2.3.4, 192.0.2.7, 10.0.0.1' },
  { 'x-forwarded-for': '1.2.3.5, 10.0.0.1' },
  { 'x-forwarded-for': '10.0.0.1, 10.0.0.2' },
  { 'x-forwarded-for': '10.0.0.3' },
  { 'x-forwarded-for': '1.2.3.6, rubbish, 10.0.0.1' },
  { 'x-forwarded-for': '1.2.3.7, 192.0.2.8' },
  { 'x-forwarded-for': '5.5.5.5, 192.0.2.8' },
  { 'x-forwarded-for': '2001:db8:1:1::1, 2001:db8:ffff:1::1' },
  { 'x-forwarded-for': '2001:db8:1:2::1' },
  { 'x-forwarded-for': '2001:db8:2::1' },
  { 'x-forwarded-for': '7.7.7.7, ::ffff:10.0.0.1' },
  { 'x-forwarded-for': '7.7.7.7' },
  { 'x-real-ip': '8.8.8.8', 'x-forwarded-for': '1.2.3.4' },
  { 'x-real-ip': '8.8.8.8' },
  { 'x-real-ip': 'rubbish', 'x-forwarded-for': '8.8.8.8' },
  { 'x-real-ip': '10.0.0.1', 'x-forwarded-for': '8.8.4.4' },
  { 'x-forwarded-for': '8.8.4.4,' },
  { 'x-forwarded-for': ' , 8.8.4.5 ,, 10.0.0.1 ,' },
  { 'x-forwarded-for': '8.8.4.5' },
];

const ERRORS = [
  '',
  '?error=state_mismatch',
  '?error=<script>',
  "?error=it's",
  '?error_description=text',
  '?error=x&error_description=a%26b%3Cc%3E%20d',
  '?error=x&error_description=',
  '?error=x&error_description=%C3%A4',
  '?error=x&other=y',
];

/** Option sets for everything that runs before the routes: rate limits, client addresses, paths and origin checks. */
export const EDGE_SETS: readonly (OptionSet & {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
})[] = [
  {
    name: 'rate limits',
    options: { rateLimit: { enabled: true } },
    variables: { RATE_LIMIT_ENABLED: 'true' },
    scenarios: builtInRules(),
  },
  {
    name: 'rate limits with customRules',
    options: {
      rateLimit: {
        enabled: true,
        window: 1,
        max: 2,
        customRules: {
          '/sign-in/email': { window: 1, max: 1 },
          '/get-session': false,
          '/list-*': { window: 60, max: 1 },
          '/revoke/**': { window: 60, max: 2 },
          '/a/*/c': { window: 60, max: 1 },
          '/sign-up/*': false,
        },
      },
    },
    variables: {
      RATE_LIMIT_ENABLED: 'true',
      RATE_LIMIT_WINDOW: '1',
      RATE_LIMIT_MAX: '2',
      RATE_LIMIT_CUSTOM_RULES: JSON.stringify({
        '/sign-in/email': { window: 1, max: 1 },
        '/get-session': false,
        '/list-*': { window: 60, max: 1 },
        '/revoke/**': { window: 60, max: 2 },
        '/a/*/c': { window: 60, max: 1 },
        '/sign-up/*': false,
      }),
    },
    scenarios: ownRules(),
  },
  {
    name: 'rate limits in the database',
    options: {
      rateLimit: {
        enabled: true,
        storage: 'database',
        window: 1,
        max: 2,
        modelName: 'rate_limits',
        fields: { lastRequest: 'last_request' },
      },
    },
    variables: {
      RATE_LIMIT_ENABLED: 'true',
      RATE_LIMIT_STORAGE: 'database',
      RATE_LIMIT_WINDOW: '1',
      RATE_LIMIT_MAX: '2',
    },
    scenarios: [
      scenario(
        'the window slides and ends',
        ...times(3, get('/ok', from('10.1.0.1'))),
        pause(1100),
        ...times(3, get('/ok', from('10.1.0.1'))),
        get('/ok', from('10.1.0.2')),
      ),
      scenario('the built-in rule of sign-in', ...times(4, post('/sign-in/email', wrong, from('10.1.0.3')))),
    ],
  },
  {
    name: 'clients behind trusted proxies',
    options: {
      rateLimit: { enabled: true, customRules: { '/ok': { window: 60, max: 1 } } },
      advanced: {
        ipAddress: {
          ipAddressHeaders: ['X-Real-IP', 'x-forwarded-for'],
          trustedProxies: ['10.0.0.0/8', '192.0.2.7', '2001:db8:ffff::/48'],
          ipv6Subnet: 48,
        },
      },
    },
    variables: {
      RATE_LIMIT_ENABLED: 'true',
      RATE_LIMIT_CUSTOM_RULES: '{"/ok":{"window":60,"max":1}}',
      ADVANCED_IP_ADDRESS_IP_ADDRESS_HEADERS: 'X-Real-IP,x-forwarded-for',
      ADVANCED_IP_ADDRESS_TRUSTED_PROXIES: '10.0.0.0/8,192.0.2.7,2001:db8:ffff::/48',
      ADVANCED_IP_ADDRESS_IPV6_SUBNET: '48',
    },
    scenarios: [
      scenario('the bucket of each client', ...PROXIED.map((headers) => get('/ok', { headers }))),
      ...addresses(),
    ],
  },
  {
    name: 'disableIpTracking',
    options: {
      rateLimit: { enabled: true, window: 60, max: 1 },
      advanced: { ipAddress: { disableIpTracking: true } },
    },
    variables: {
      RATE_LIMIT_ENABLED: 'true',
      RATE_LIMIT_WINDOW: '60',
      RATE_LIMIT_MAX: '1',
      ADVANCED_IP_ADDRESS_DISABLE_IP_TRACKING: 'true',
    },
    scenarios: [
      scenario('clients are not limited', ...times(5, post('/sign-in/email', wrong, from('1.1.1.1')))),
      scenario(
        'sessions have no address',
        post('/sign-up/email', ADA, from('1.1.1.1')),
        get('/list-sessions'),
      ),
    ],
  },
  {
    name: 'disabledPaths',
    options: { disabledPaths: ['/sign-up/email', '/ok', '/jwks'], rateLimit: { enabled: true } },
    variables: { DISABLED_PATHS: '/sign-up/email,/ok,/jwks', RATE_LIMIT_ENABLED: 'true' },
    scenarios: disabled(),
  },
  {
    name: 'skipTrailingSlashes',
    options: { advanced: { skipTrailingSlashes: true }, disabledPaths: ['/jwks'] },
    variables: { ADVANCED_SKIP_TRAILING_SLASHES: 'true', DISABLED_PATHS: '/jwks' },
    scenarios: [
      scenario(
        'one slash at the end is ignored, two are not',
        ...[
          '/ok',
          '/ok/',
          '/ok//',
          '/ok/?x=/',
          '/ok/#x',
          '/',
          '//',
          '',
          '/OK/',
          '/nowhere/',
          '/jwks/',
          '/ok/./',
        ].map((path) => call('GET', `/api/auth${path}`)),
        post('/sign-in/email/', wrong),
        post('/sign-up/email/', ADA),
        get('/list-accounts/'),
        post('/sign-out/', {}),
      ),
    ],
  },
  {
    name: 'disableOriginCheck for some paths',
    options: { advanced: { disableOriginCheck: ['/sign-in', '/update-user/', '/verify-email'] } },
    variables: { ADVANCED_DISABLE_ORIGIN_CHECK: '/sign-in,/update-user/,/verify-email' },
    scenarios: [scenario('skips the check for these paths and the paths below them', ...uncheckedPaths())],
  },
  {
    name: 'production',
    production: true,
    scenarios: [
      scenario(
        'limits are on without a setting',
        ...times(4, post('/sign-in/email', wrong, from('2.2.0.1'))),
      ),
      scenario('limits also count clients without an address', ...times(4, post('/sign-up/email', {}))),
      scenario('error redirects to the front end', ...ERRORS.map((query) => get(`/error${query}`))),
    ],
  },
  ...errorUrls(),
];

function builtInRules(): Scenario[] {
  const limited: Step[][] = [
    times(4, post('/sign-in/email', wrong, from('2.0.0.1'))),
    times(4, post('/sign-up/email', {}, from('2.0.0.1'))),
    times(4, get('/change-password', from('2.0.0.1'))),
    times(4, get('/change-email', from('2.0.0.1'))),
    times(4, get('/request-password-reset', from('2.0.0.1'))),
    times(4, get('/send-verification-email', from('2.0.0.1'))),
    times(4, post('/forget-password/x', {}, from('2.0.0.1'))),
    times(4, get('/email-otp/send-verification-otp', from('2.0.0.1'))),
    times(4, get('/sign-in', from('2.0.0.1'))),
    times(4, get('/sign-inn', from('2.0.0.1'))),
    times(4, get('/request-password-reset/x', from('2.0.0.1'))),
    times(4, call('HEAD', '/api/auth/sign-in/other', undefined, from('2.0.0.1'))),
    times(4, call('OPTIONS', '/api/auth/sign-in/another', undefined, from('2.0.0.1'))),
  ];
  return [
    ...limited.map((steps) => scenario(`four times ${steps[0]?.label}`, ...steps)),
    scenario(
      'every pair of address and path has its own bucket',
      ...times(3, post('/sign-in/email', wrong, from('2.0.0.2'))),
      post('/sign-in/email', wrong, from('2.0.0.3')),
      get('/sign-in/social', from('2.0.0.2')),
      get('/ok', from('2.0.0.2')),
    ),
    scenario(
      'different methods and spellings of a path',
      post('/sign-in/email', wrong, from('2.0.0.4')),
      get('/sign-in/email/', from('2.0.0.4')),
      get('/x/../sign-in/email?x=y', from('2.0.0.4')),
      post('/sign-in/email', wrong, from('2.0.0.4')),
      get('/sign-in//email', from('2.0.0.4')),
      get('/sign-in/%65mail', from('2.0.0.4')),
      get('/SIGN-IN/email', from('2.0.0.4')),
    ),
    scenario('clients without an address share one bucket', ...times(4, post('/sign-in/email', wrong))),
    scenario(
      'lists and invalid values of X-Forwarded-For',
      ...['3.3.3.1, 4.4.4.4', '3.3.3.2, 4.4.4.4', 'rubbish', '', '3.3.3.3:80', 'unknown'].map((value) =>
        get('/sign-in/list', from(value)),
      ),
    ),
    scenario(
      'addresses of the same IPv6 network share a bucket',
      ...[
        '2001:db8::1',
        '2001:DB8:0:0:1::2',
        '2001:db8::ffff',
        '2001:0db8:0:0:ffff::',
        '2001:db8:0:1::1',
      ].map((address) => get('/sign-in/v6', from(address))),
    ),
    scenario(
      'spellings of the same IPv4 address share a bucket',
      ...['5.6.7.8', '::ffff:5.6.7.8', '0:0:0:0:0:ffff:5.6.7.8', '5.6.7.8,', '::ffff:0506:0708'].map(
        (address) => get('/sign-in/v4', from(address)),
      ),
    ),
    scenario(
      'a route without a rule of its own allows 100 requests',
      ...times(101, get('/ok', from('2.0.0.5'))),
      get('/nowhere', from('2.0.0.5')),
    ),
    scenario('an unknown route allows 100 requests', ...times(101, get('/nowhere', from('2.0.0.6')))),
  ];
}

function ownRules(): Scenario[] {
  return [
    scenario(
      'a custom rule replaces the built-in rule',
      ...times(2, post('/sign-in/email', wrong, from('6.0.0.1'))),
      pause(1100),
      ...times(2, post('/sign-in/email', wrong, from('6.0.0.1'))),
      ...times(4, post('/sign-in/other', wrong, from('6.0.0.1'))),
    ),
    scenario(
      'the rule false turns the limit off',
      ...times(4, get('/get-session', from('6.0.0.2'))),
      ...times(4, post('/sign-up/email', {}, from('6.0.0.2'))),
    ),
    scenario(
      'rules with globs',
      ...[
        '/list-sessions',
        '/list-sessions',
        '/list-accounts',
        '/list-accounts',
        '/list',
        '/list',
        '/list',
        '/list-a/b',
        '/list-a/b',
        '/list-a/b',
      ].map((path) => get(path, from('6.0.0.3'))),
      ...[
        '/revoke',
        '/revoke/x/y',
        '/revoke/x/y',
        '/revoke/x/y',
        '/revoked',
        '/revoked',
        '/revoked',
        '/revoke',
      ].map((path) => get(path, from('6.0.0.4'))),
      ...['/a/b/c', '/a/b/c', '/a/x/c', '/a/b/b/c', '/a/b/b/c', '/a/c', '/a/c'].map((path) =>
        get(path, from('6.0.0.5')),
      ),
    ),
    scenario(
      'accepted requests move the window, refused requests do not',
      get('/ok', from('6.0.0.6')),
      pause(600),
      get('/ok', from('6.0.0.6')),
      pause(600),
      get('/ok', from('6.0.0.6')),
      pause(600),
      get('/ok', from('6.0.0.6')),
    ),
  ];
}

/** The address that a new session stores. */
function addresses(): Scenario[] {
  return ['1.2.3.4, 10.0.0.1', '2001:DB8:5:6::7', '::ffff:1.2.3.4', '10.0.0.1', 'rubbish'].map(
    (address, index) =>
      scenario(
        `the session of a client with X-Forwarded-For ${address}`,
        post('/sign-up/email', { ...ADA, email: `a${index}@example.com` }, from(address)),
        get('/list-sessions', { headers: { 'x-real-ip': `200.0.0.${index}` } }),
      ),
  );
}

function disabled(): Scenario[] {
  const spellings = [
    '/sign-up/email',
    '/sign-up/email/',
    '/sign-up/email//',
    '//sign-up/email',
    '/sign-up//email',
    '/./sign-up/email',
    '/x/../sign-up/email',
    '\\sign-up\\email',
    '/sign-up/%65mail',
    '/SIGN-UP/EMAIL',
    '/sign-up/email;x',
    '/sign-up/email?x=y',
    '/sign-up/email#x',
    '/%2e/sign-up/email',
    '/sign-up/email%2f',
    '/sign-up/email%00',
    '/sign-up/email/.',
    '/sign-up/email/x',
    '/sign-up',
  ];
  return [
    scenario(
      'every spelling of a disabled path',
      ...spellings.map((path) => call('POST', `/api/auth${path}`, ADA, from('2.1.0.1'))),
      call('POST', '/api//auth/sign-up/email', ADA),
      call('POST', '//api/auth/sign-up/email', ADA),
      call('POST', '/api/auth/../auth/sign-up/email', ADA),
    ),
    scenario(
      'disabled paths answer before any check and are not counted',
      ...['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'].map((method) => call(method, '/api/auth/sign-up/email')),
      post('/sign-up/email', '{', { headers: { 'content-type': 'text/plain' } }),
      post('/sign-up/email', ADA, { headers: { origin: 'https://evil.example', cookie: 'a=b' } }),
      get('/ok'),
      get('/jwks'),
      signedIn(),
      get('/list-accounts'),
    ),
  ];
}

function uncheckedPaths(): Step[] {
  const evil = { origin: 'https://evil.example' };
  return [
    post('/sign-in/email', wrong, { headers: evil }),
    post('/sign-in/email', wrong, { headers: { ...evil, cookie: 'a=b' } }),
    post('/sign-in/email', wrong, { headers: { origin: undefined, cookie: 'a=b' } }),
    post('/sign-in/email', wrong, {
      headers: { ...evil, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    }),
    post('/sign-in/email', { ...wrong, callbackURL: 'https://evil.example' }),
    post('/sign-in/email', { ...wrong, callbackURL: 5 }),
    post('/sign-up/email', ADA, { headers: evil }),
    post('/sign-out', {}, { headers: { ...evil, cookie: 'a=b' } }),
    post('/sign-out', { callbackURL: 'https://evil.example' }),
    post('/update-user', {}, { headers: { ...evil, cookie: 'a=b' } }),
    post('/revoke-sessions', {}, { headers: { ...evil, cookie: 'a=b' } }),
    get('/verify-email?token=x&callbackURL=https://evil.example/there'),
    get('/reset-password/x?callbackURL=https://evil.example/there'),
    get('/delete-user/callback?token=x&callbackURL=https://evil.example/there'),
  ];
}

function errorUrls() {
  const pages = [
    '/oops',
    '/oops?x=1#there',
    'https://app.example.com',
    'https://app.example.com/e?x=%20y&',
    'myapp://oops',
  ];
  return pages.map((page) => ({
    name: `onAPIError.errorURL ${page}`,
    options: { onAPIError: { errorURL: page } },
    variables: { ON_API_ERROR_ERROR_URL: page },
    scenarios: [scenario('error redirects there', ...ERRORS.map((query) => get(`/error${query}`)))],
  }));
}
