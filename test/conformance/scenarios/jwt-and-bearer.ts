import { cookies, get, post, rows, scenario, signed, signedIn, sql, type Scenario } from '../steps.js';
import { ADA } from './values.js';

const forget = cookies('delete all cookies', (store) => store.clear());
const save = cookies('save the signed token', (_, side) =>
  side.saved.set('signed', signed(side.saved.get('token') ?? '')),
);
const encoded = cookies('save the encoded token', (_, side) =>
  side.saved.set('encoded', encodeURIComponent(signed(side.saved.get('token') ?? ''))),
);

const BEARERS = [
  'Bearer {token}',
  'bearer {token}',
  'BEARER {token}',
  'Bearer  {token}',
  ' Bearer {token} ',
  'Bearer\t{token}',
  'Bearer{token}',
  'Token {token}',
  'Basic {token}',
  '{token}',
  'Bearer',
  'Bearer ',
  'Bearer {signed}',
  'Bearer {encoded}',
  'Bearer {token}.',
  'Bearer .{token}',
  'Bearer {token}.wrong',
  'Bearer {token}.jT0He1be+3cTiaWXbUlSWXapu+bBx5o2X8XVnHjJJQc=',
  'Bearer {signed}.x',
  'Bearer x.{signed}',
  'Bearer unknown',
  'Bearer null',
  'Bearer {token} {token}',
  'Bearer {token},x',
  'Bearer %zz',
  'Bearer "{token}"',
  'Bearer ä',
  'Bearer {token}%00',
  'Bearer a.b.c',
  'Bearer eyJhbGciOiJub25lIn0.e30.',
];

export const jwtAndBearer: readonly Scenario[] = [
  ...BEARERS.map((authorization) =>
    scenario(
      `Authorization: ${authorization.slice(0, 50)}`,
      signedIn(),
      save,
      encoded,
      get('/get-session', { headers: { authorization } }),
      forget,
      get('/get-session', { headers: { authorization } }),
      get('/list-accounts', { headers: { authorization } }),
      post('/update-user', { name: 'A' }, { headers: { authorization } }),
      get('/get-session', { headers: { authorization, cookie: 'better-auth.session_token=wrong' } }),
      get('/get-session', { headers: { authorization, cookie: 'a=b' } }),
    ),
  ),
  scenario(
    'a bearer token has precedence over the cookie',
    post('/sign-up/email', ADA, { save: { ada: 'token' } }),
    post('/sign-up/email', { ...ADA, email: 'bob@example.com' }, { browser: 'bob', save: { bob: 'token' } }),
    get('/get-session', { headers: { authorization: 'Bearer {bob}' } }),
    post('/sign-out', {}, { headers: { authorization: 'Bearer {bob}' } }),
    get('/get-session', { browser: 'bob' }),
    get('/get-session'),
  ),
  scenario(
    'a bearer token of a deleted session, beside a cookie',
    signedIn(),
    get('/get-session', { headers: { authorization: 'Bearer gone' } }),
    get('/list-accounts', { headers: { authorization: 'Bearer gone' } }),
  ),
  scenario(
    'a request with a bearer token needs no Origin header',
    signedIn(),
    forget,
    post('/update-user', { name: 'A' }, { headers: { authorization: 'Bearer {token}', origin: undefined } }),
    post(
      '/update-user',
      { name: 'A' },
      { headers: { authorization: 'Bearer {token}', origin: 'https://evil.example' } },
    ),
    post('/sign-out', undefined, { headers: { authorization: 'Bearer {token}', origin: undefined } }),
    rows('select id from sessions'),
  ),
  scenario(
    'a bearer token whose session is due',
    signedIn(),
    forget,
    sql(`update sessions set expires_at = now() + interval '1 day'`),
    get('/get-session', { headers: { authorization: 'Bearer {token}' } }),
    rows('select expires_at from sessions'),
  ),
  scenario(
    'a bearer token whose session has expired',
    signedIn(),
    forget,
    sql(`update sessions set expires_at = now() - interval '1 day'`),
    get('/get-session', { headers: { authorization: 'Bearer {token}' } }),
    get('/list-accounts', { headers: { authorization: 'Bearer {token}' } }),
    rows('select id from sessions'),
  ),
  scenario(
    'jwks and token',
    get('/jwks'),
    get('/token'),
    signedIn(),
    get('/token'),
    get('/jwks?x=1'),
    post('/token', {}),
    post('/jwks', {}),
  ),
];
