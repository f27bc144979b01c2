import { cookies, get, post, rows, scenario, sql, type Scenario } from '../steps.js';
import { ADA, FORM, ODD_BODIES, WRONG_TYPES } from './values.js';

const path = '/sign-in/email';
const { email, password } = ADA;
const signUp = post('/sign-up/email', ADA, { browser: 'first' });

export const signIn: readonly Scenario[] = [
  scenario(
    'the right password signs in',
    signUp,
    post(path, { email, password }),
    get('/get-session'),
    post(path, { email: 'ADA@Example.com', password }),
    post(path, { email, password, callbackURL: '/dashboard?x=1#top' }),
    post(path, { email, password, callbackURL: '' }),
    post(path, { email, password, callbackURL: '{origin}/there' }),
    rows('select count(*)::int as count from sessions'),
  ),
  scenario(
    'a wrong password and an unknown user get the same answer',
    signUp,
    post(path, { email, password: 'wrong password' }),
    post(path, { email: 'nobody@example.com', password }),
    post(path, { email, password: 'x' }),
    post(path, { email, password: '' }),
    post(path, { email, password: ` ${password}` }),
    post(path, { email, password: 'x'.repeat(128) }),
    post(path, { email, password: 'x'.repeat(129) }),
    post(path, { email, password: 'x'.repeat(1_000_000) }),
    post(path, { email, password: 'wrong\u0000password' }),
    post(path, { email, password: '\ud800\ud800' }),
  ),
  scenario(
    'a user without a password',
    signUp,
    sql('update accounts set password = null'),
    post(path, { email, password }),
    sql('update accounts set provider_id = $$github$$'),
    post(path, { email, password }),
    sql('delete from accounts'),
    post(path, { email, password }),
  ),
  ...['email', 'password', 'callbackURL', 'rememberMe'].map((field) =>
    scenario(
      `${field} of a wrong type`,
      signUp,
      ...WRONG_TYPES.map(([, value], index) =>
        post(path, { email, password, [field]: value }, { browser: `b${index}` }),
      ),
    ),
  ),
  scenario('odd bodies', ...ODD_BODIES.map(([, body, headers]) => post(path, body, { headers }))),
  scenario(
    'invalid addresses',
    ...[
      'ada',
      'a@b',
      ' ada@example.com',
      'ada@example.com ',
      'ä@example.com',
      'a..b@example.com',
      'a\u0000@example.com',
      '\ud800@example.com',
    ].map((address) => post(path, { email: address, password })),
  ),
  scenario(
    'a browser session',
    signUp,
    post(path, { email, password, rememberMe: false }),
    get('/get-session'),
    rows(`select expires_at from sessions where ip_address is not null order by expires_at`),
    post('/update-user', { name: 'Ada King' }),
    sql(`update sessions set expires_at = now() + interval '1 hour'`),
    get('/get-session'),
    post(path, { email, password }),
    get('/get-session'),
    post(path, { email, password, rememberMe: false }),
    post(path, { email, password, rememberMe: true }),
    post(path, { email, password, rememberMe: false }),
    post('/sign-out', {}),
  ),
  scenario(
    'a browser session without its dont_remember cookie is extended',
    signUp,
    post(path, { email, password, rememberMe: false }),
    cookies('delete the dont_remember cookie', (store) => store.delete('better-auth.dont_remember')),
    get('/get-session'),
  ),
  scenario(
    'an unsigned dont_remember cookie is ignored',
    signUp,
    post(path, { email, password }),
    cookies('add an unsigned dont_remember cookie', (store) =>
      store.set('better-auth.dont_remember', 'true'),
    ),
    post('/update-user', { name: 'A' }),
    sql(`update sessions set expires_at = now() + interval '1 hour'`),
    get('/get-session'),
    post(path, { email, password }),
  ),
  scenario(
    'forms',
    signUp,
    post(path, 'email=ada%40example.com&password=correct+horse+battery', { headers: FORM }),
    post(path, 'email=ada%40example.com&password=wrong', { headers: FORM, browser: 'b' }),
    post(path, 'email=ada%40example.com&password=correct+horse+battery&callbackURL=%2Fdash', {
      headers: FORM,
      browser: 'c',
    }),
    post(path, 'email=ada%40example.com&password=correct+horse+battery&callbackURL=%2F%2Fevil.example', {
      headers: FORM,
      browser: 'd',
    }),
    post(path, 'email=ada%40example.com&password=correct+horse+battery&rememberMe=true', {
      headers: FORM,
      browser: 'e',
    }),
    post(path, 'email=ada%40example.com', { headers: FORM, browser: 'f' }),
    post(path, 'x=y', { headers: { 'content-type': 'APPLICATION/X-WWW-FORM-URLENCODED' }, browser: 'g' }),
  ),
];
