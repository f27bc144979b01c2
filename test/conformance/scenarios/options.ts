import type { OptionSet } from '../pair.js';
import { get, post, rows, scenario, signedIn, sql, type Scenario } from '../steps.js';
import { ADA } from './values.js';

const { email, password } = ADA;
const signUp = post('/sign-up/email', ADA);
const signIn = post('/sign-in/email', { email, password });
const due = sql(`update sessions set expires_at = now() + interval '1 day'`);
const session = rows('select expires_at, updated_at from sessions');

/** Option sets that differ from the defaults, each with scenarios for what it changes. */
export const OPTION_SETS: readonly (OptionSet & {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
})[] = [
  {
    name: 'autoSignIn: false',
    options: { emailAndPassword: { autoSignIn: false } },
    variables: { EMAIL_AND_PASSWORD_AUTO_SIGN_IN: 'false' },
    scenarios: [
      scenario(
        'signing up does not sign in',
        signUp,
        get('/get-session'),
        rows('select count(*)::int as count from sessions'),
        signIn,
        get('/get-session'),
      ),
      scenario(
        'sign-up does not reveal that the address is taken',
        signUp,
        signUp,
        post('/sign-up/email', {
          ...ADA,
          name: 'Eve',
          email: 'ADA@example.com',
          image: 'x',
          rememberMe: false,
          role: 'a',
        }),
        post('/sign-up/email', { ...ADA, password: 'short' }),
        rows('select name, email from users'),
      ),
    ],
  },
  {
    name: 'disableSignUp',
    options: { emailAndPassword: { disableSignUp: true } },
    variables: { EMAIL_AND_PASSWORD_DISABLE_SIGN_UP: 'true' },
    scenarios: [
      scenario(
        'sign-up is refused',
        signUp,
        post('/sign-up/email', {}),
        post('/sign-up/email', '{'),
        signIn,
        rows('select id from users'),
      ),
    ],
  },
  {
    name: 'enabled: false',
    options: { emailAndPassword: { enabled: false } },
    variables: { EMAIL_AND_PASSWORD_ENABLED: 'false' },
    scenarios: [
      scenario(
        'sign-up and sign-in are refused',
        signUp,
        signIn,
        post('/sign-in/email', { email: 'x', password }),
        post('/sign-in/email', {}),
        post('/sign-up/email', {}),
      ),
    ],
  },
  {
    name: 'minPasswordLength, maxPasswordLength',
    options: { emailAndPassword: { minPasswordLength: 4, maxPasswordLength: 6 } },
    variables: { EMAIL_AND_PASSWORD_MIN_PASSWORD_LENGTH: '4', EMAIL_AND_PASSWORD_MAX_PASSWORD_LENGTH: '6' },
    scenarios: [
      scenario(
        'lengths are counted in UTF-16 code units',
        ...['abc', 'abcd', 'abcdef', 'abcdefg', '👩👩', '👩👩👩', '👩👩👩👩', 'ﬀﬀ', 'e\u0301e\u0301'].map(
          (text, index) =>
            post(
              '/sign-up/email',
              { ...ADA, email: `p${index}@example.com`, password: text },
              { browser: `b${index}` },
            ),
        ),
        post('/sign-in/email', { email: 'p1@example.com', password: 'abcd' }),
        post('/sign-in/email', { email: 'p1@example.com', password: 'abcdefg' }),
        post('/sign-in/email', { email: 'p1@example.com', password: 'a' }),
      ),
    ],
  },
  {
    name: 'updateAge: 0, freshAge: 0',
    options: { session: { updateAge: 0, freshAge: 0 } },
    variables: { SESSION_UPDATE_AGE: '0', SESSION_FRESH_AGE: '0' },
    scenarios: [
      scenario(
        'a session is always fresh',
        signedIn(),
        sql(`update sessions set created_at = now() - interval '90 days'`),
        get('/list-sessions'),
      ),
      scenario(
        'every request extends the session',
        signedIn(),
        get('/get-session'),
        session,
        get('/list-accounts'),
        get('/get-session?disableRefresh=1'),
        post('/update-user', { name: 'A' }),
      ),
    ],
  },
  {
    name: 'short expiresIn, updateAge and freshAge',
    options: { session: { expiresIn: 3600, updateAge: 600, freshAge: 60 } },
    variables: { SESSION_EXPIRES_IN: '3600', SESSION_UPDATE_AGE: '600', SESSION_FRESH_AGE: '60' },
    scenarios: [
      scenario(
        'sign up',
        signUp,
        session,
        get('/list-sessions'),
        post('/sign-in/email', { email, password, rememberMe: false }),
        session,
      ),
      scenario(
        'a session is stale after freshAge',
        signedIn(),
        get('/list-sessions'),
        sql(`update sessions set expires_at = now() + interval '51 minutes'`),
        get('/get-session'),
        sql(`update sessions set expires_at = now() + interval '49 minutes'`),
        get('/get-session'),
        session,
      ),
    ],
  },
  {
    name: 'disableSessionRefresh',
    options: { session: { disableSessionRefresh: true } },
    variables: { SESSION_DISABLE_SESSION_REFRESH: 'true' },
    scenarios: [
      scenario(
        'no session is extended',
        signedIn(),
        due,
        get('/get-session'),
        get('/list-accounts'),
        session,
      ),
    ],
  },
  {
    name: 'cookiePrefix, claims of the JWT',
    options: {
      advanced: { cookiePrefix: 'my-app' },
      jwt: { jwt: { issuer: 'https://issuer.example', audience: 'an audience', expirationTime: '1h' } },
    },
    variables: {
      ADVANCED_COOKIE_PREFIX: 'my-app',
      JWT_ISSUER: 'https://issuer.example',
      JWT_AUDIENCE: 'an audience',
      JWT_EXPIRATION_TIME: '3600',
    },
    scenarios: [
      scenario(
        'the JWT has the configured issuer, audience and expiry',
        signedIn('my-app.session_token'),
        get('/token'),
        get('/get-session'),
      ),
      scenario(
        'cookies have the configured prefix',
        signUp,
        get('/get-session'),
        post('/sign-in/email', { email, password, rememberMe: false }),
        post('/sign-out', {}),
        get('/get-session'),
      ),
      scenario('cookies with another prefix are ignored', signedIn(), get('/get-session')),
    ],
  },
  {
    name: 'useSecureCookies',
    options: { advanced: { useSecureCookies: true } },
    variables: { ADVANCED_USE_SECURE_COOKIES: 'true' },
    scenarios: [
      scenario(
        'cookies are Secure and have the prefix __Secure-',
        signUp,
        get('/get-session'),
        post('/sign-in/email', { email, password, rememberMe: false }),
        signIn,
        due,
        get('/get-session'),
        post('/sign-out', {}),
      ),
      scenario('a cookie without the prefix is ignored', signedIn(), get('/get-session')),
      scenario(
        'a cookie with the prefix is accepted',
        signedIn('__Secure-better-auth.session_token'),
        get('/get-session'),
      ),
    ],
  },
  {
    name: 'disableCSRFCheck',
    options: { advanced: { disableCSRFCheck: true } },
    variables: { ADVANCED_DISABLE_CSRF_CHECK: 'true' },
    scenarios: [scenario('accepts foreign origins and refuses foreign targets', ...foreign())],
  },
  {
    name: 'disableOriginCheck',
    options: { advanced: { disableOriginCheck: true } },
    variables: { ADVANCED_DISABLE_ORIGIN_CHECK: 'true' },
    scenarios: [scenario('accepts foreign origins and foreign targets', ...foreign())],
  },
  {
    name: 'disableOriginCheck, with disableCSRFCheck: false',
    options: { advanced: { disableOriginCheck: true, disableCSRFCheck: false } },
    variables: { ADVANCED_DISABLE_ORIGIN_CHECK: 'true', ADVANCED_DISABLE_CSRF_CHECK: 'false' },
    scenarios: [scenario('foreign origins and foreign targets', ...foreign())],
  },
  {
    name: 'trustedOrigins',
    options: {
      trustedOrigins: [
        'https://app.example.com',
        '*.wild.example.com',
        'https://*.https.example.com',
        'myapp://',
        'exp://host/path',
        'http://10.0.0.*:8?',
        'https://q?.example.com',
      ],
    },
    variables: {
      BETTER_AUTH_TRUSTED_ORIGINS:
        'https://app.example.com,*.wild.example.com,https://*.https.example.com,myapp://,exp://host/path,http://10.0.0.*:8?,https://q?.example.com',
    },
    scenarios: trusted(),
  },
  {
    name: 'disableSettingJwtHeader and requireSignature',
    options: { jwt: { disableSettingJwtHeader: true }, bearer: { requireSignature: true } },
    variables: { DISABLE_SETTING_JWT_HEADER: 'true', REQUIRE_SIGNATURE: 'true' },
    scenarios: [
      scenario(
        'no set-auth-jwt header, and no unsigned bearer token',
        post('/sign-up/email', ADA, { save: { token: 'token' } }),
        get('/get-session'),
        get('/get-session', { browser: 'other', headers: { authorization: 'Bearer {token}' } }),
        get('/token'),
      ),
    ],
  },
];

function foreign() {
  const [evil, cookie] = [{ origin: 'https://evil.example' }, { cookie: 'a=b' }];
  const wrong = { email: 'nobody@example.com', password: 'x'.repeat(129) };
  return [
    post('/sign-in/email', wrong, { headers: evil }),
    post('/sign-in/email', wrong, { headers: { ...evil, ...cookie } }),
    post('/sign-in/email', wrong, { headers: { origin: undefined, ...cookie } }),
    post('/sign-in/email', wrong, {
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    }),
    post('/sign-out', {}, { headers: { ...evil, ...cookie } }),
    post('/sign-in/email', { ...wrong, callbackURL: 'https://evil.example' }),
    post('/sign-in/email', { ...wrong, callbackURL: 5 }),
    post('/sign-out', { callbackURL: '//evil.example' }, { headers: cookie }),
  ];
}

function trusted(): Scenario[] {
  const candidates = [
    'https://app.example.com',
    'https://app.example.com/deep/path?x#y',
    'https://APP.example.com',
    'https://app.example.com:443',
    'https://app.example.com:444',
    'http://app.example.com',
    'https://app.example.com.evil.com',
    'https://app.example.com@evil.com',
    'https://evil.com/app.example.com',
    'https://a.wild.example.com',
    'http://a.b.wild.example.com',
    'https://wild.example.com',
    'https://xwild.example.com',
    'https://a.wild.example.com:8443',
    'https://evil.com?x=.wild.example.com',
    'https://evil.com/.wild.example.com',
    'https://evil.com#.wild.example.com',
    'ftp://a.wild.example.com',
    'a.wild.example.com',
    'custom://a.wild.example.com',
    'https://a.https.example.com',
    'http://a.https.example.com',
    'https://a.b.https.example.com',
    'https://a.https.example.com/path',
    'https://evil.com/.https.example.com',
    'https://x@a.https.example.com',
    'myapp://',
    'myapp://anything/at/all',
    'MYAPP://x',
    'myapp:x',
    'myapp:',
    'myappx://',
    'exp://host/path',
    'exp://host/path/below',
    'exp://host/pathology',
    'exp://host/path/../other',
    'exp://host/%70ath',
    'exp://HOST/path',
    'exp://other/path',
    'exp://host',
    'exp://host/path?x=y',
    'http://10.0.0.1:80',
    'http://10.0.0.1:81',
    'http://10.0.0.1:8',
    'http://10.0.0.1',
    'http://10.0.0.evil.com:81',
    'http://10.0.0.:81',
    'https://q1.example.com',
    'https://q.example.com',
    'https://q12.example.com',
    'https://q/.example.com',
    'javascript:alert(1)',
    'data:text/html,x',
    'null',
    '*',
    '*.wild.example.com',
  ];
  const wrong = { email: 'nobody@example.com', password: 'x'.repeat(129) };
  return [
    scenario(
      'candidates as Origin header',
      ...candidates.map((origin) => post('/sign-in/email', wrong, { headers: { origin } })),
    ),
    scenario(
      'candidates as callbackURL',
      ...candidates.map((callbackURL) => post('/sign-in/email', { ...wrong, callbackURL })),
    ),
    scenario(
      'candidates as Referer header, with a cookie',
      ...candidates.map((referer) =>
        post('/sign-out', {}, { headers: { origin: undefined, referer, cookie: 'a=b' } }),
      ),
    ),
  ];
}
