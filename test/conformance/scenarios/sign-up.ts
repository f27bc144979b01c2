import { get, post, rows, scenario, type Scenario } from '../steps.js';
import { ADA, FORM, ODD_BODIES, WRONG_TYPES } from './values.js';

const path = '/sign-up/email';
const FIELDS = ['name', 'email', 'password', 'image', 'callbackURL', 'rememberMe'];

export const signUp: readonly Scenario[] = [
  scenario(
    'sign-up creates a user and signs in',
    post(path, ADA),
    get('/get-session'),
    rows(
      'select name, email, is_email_verified, email_verified, image, created_at, updated_at, id from users',
    ),
    rows(`select provider_id, provider_user_id, user_id, access_token, scope, created_at, id from accounts`),
    rows('select token, user_id, expires_at, ip_address, user_agent from sessions'),
  ),
  scenario(
    'sign-up with every field',
    post(path, { ...ADA, image: 'https://example.com/a.png', callbackURL: '/welcome', rememberMe: true }),
    post(path, { ...ADA, email: 'b@example.com', rememberMe: false }, { browser: 'other' }),
    get('/get-session', { browser: 'other' }),
  ),
  scenario(
    'fields that a client must not set are ignored',
    post(path, {
      ...ADA,
      id: 'mine',
      emailVerified: true,
      createdAt: '2020-01-01T00:00:00.000Z',
      role: 'admin',
      banned: false,
      token: 'x',
    }),
    rows('select name, is_email_verified, banned from users'),
  ),
  ...FIELDS.map((field) =>
    scenario(
      `${field} of a wrong type`,
      ...WRONG_TYPES.map(([, value], index) =>
        post(path, { ...ADA, email: `a${index}@example.com`, [field]: value }, { browser: `b${index}` }),
      ),
    ),
  ),
  scenario(
    'several invalid fields at once',
    post(path, { name: 1, email: 'x', password: '', rememberMe: 'yes' }),
  ),
  scenario('odd bodies', ...ODD_BODIES.map(([, body, headers]) => post(path, body, { headers }))),
  scenario(
    'e-mail addresses',
    ...[
      'UPPER@Example.COM',
      'plus+tag@example.com',
      "o'neil@example.com",
      'a@b.co',
      '.a@example.com',
      'a.@example.com',
      'a..b@example.com',
      'a@b',
      'a@-b.com',
      'a@b-.com',
      'a@b.c',
      'a b@example.com',
      ' a@example.com',
      'a@example.com ',
      'ä@example.com',
      'a@exämple.com',
      '"a"@example.com',
      'a@[127.0.0.1]',
      'a@127.0.0.1',
      'a@example.com\n',
      'a\u0000@example.com',
      `${'a'.repeat(300)}@example.com`,
      `a@${'b'.repeat(300)}.com`,
      'a@b@c.com',
      '@example.com',
      'a@',
      '-@example.com',
      '_@example.com',
      'a@example.com.',
      'a@b_c.com',
      'a@xn--exmple-cua.com',
    ].map((email, index) => post(path, { ...ADA, email }, { browser: `b${index}` })),
  ),
  scenario(
    'names',
    ...['', ' ', '<b>Ada</b>', 'A\u0000da', '\ud800', '名前 👩‍🚀', 'x'.repeat(10_000), '"\\\n'].map(
      (name, index) => post(path, { ...ADA, email: `n${index}@example.com`, name }, { browser: `b${index}` }),
    ),
  ),
  scenario(
    'passwords',
    ...[
      '1234567',
      '12345678',
      'x'.repeat(128),
      'x'.repeat(129),
      '👩‍🚀👩',
      ' '.repeat(8),
      'pass\u0000word',
      '\ud800'.repeat(8),
    ].map((password, index) =>
      post(path, { ...ADA, email: `p${index}@example.com`, password }, { browser: `b${index}` }),
    ),
    post(path, { ...ADA, password: 'x'.repeat(1_000_000) }),
  ),
  scenario(
    'an address that is taken, also in capital letters',
    post(path, ADA),
    post(path, { ...ADA, password: 'another password' }, { browser: 'other' }),
    post(path, { ...ADA, email: 'ADA@EXAMPLE.COM' }, { browser: 'other' }),
    post(path, { ...ADA, password: 'short' }, { browser: 'other' }),
    rows('select email from users'),
  ),
  scenario(
    'sign-up with a session creates another session',
    post(path, ADA),
    post(path, { ...ADA, email: 'b@example.com' }),
    get('/get-session'),
    get('/list-sessions'),
  ),
  scenario(
    'forms',
    post(path, 'name=Ada&email=f1%40example.com&password=correct+horse', { headers: FORM }),
    post(path, 'name=Ada&name=Eve&email=f2%40example.com&password=correct+horse', {
      headers: FORM,
      browser: 'b',
    }),
    post(path, 'name=Ada&email=f3%40example.com&password=correct+horse&rememberMe=false', {
      headers: FORM,
      browser: 'c',
    }),
    post(path, 'name=&email=f4%40example.com&password=correct+horse', { headers: FORM, browser: 'd' }),
    post(path, 'email=f5%40example.com', { headers: FORM, browser: 'e' }),
    post(path, '', { headers: FORM, browser: 'f' }),
    post(path, '%zz=%zz&=&&', { headers: FORM, browser: 'g' }),
    post(
      path,
      'name=Ada&email=f6%40example.com&password=correct+horse&callbackURL=https%3A%2F%2Fevil.example',
      {
        headers: FORM,
        browser: 'h',
      },
    ),
  ),
  scenario(
    'the client’s address and user agent in the session',
    post(path, ADA, { headers: { 'user-agent': 'Mozilla/5.0 (Äda)', 'x-forwarded-for': '203.0.113.7' } }),
    ...[
      '2001:db8::1',
      '::ffff:5.6.7.8',
      '203.0.113.7, 198.51.100.1',
      'unknown',
      '',
      ' 203.0.113.9 ',
      'fe80::1%eth0',
      '203.0.113.007',
      '1.2.3',
    ].map((address, index) =>
      post(
        path,
        { ...ADA, email: `i${index}@example.com` },
        { headers: { 'x-forwarded-for': address }, browser: `b${index}` },
      ),
    ),
    rows('select ip_address, user_agent from sessions order by created_at'),
  ),
  scenario(
    'an address with a port, and one in brackets',
    ...['203.0.113.7:80', '[2001:db8::1]', '[2001:db8:1::1]:4711'].map((address, index) =>
      post(
        path,
        { ...ADA, email: `i${index}@example.com` },
        { headers: { 'x-forwarded-for': address }, browser: `b${index}` },
      ),
    ),
    rows('select ip_address from sessions order by created_at'),
  ),
  scenario(
    'an IPv4 address as IPv6 in capital hexadecimal digits',
    post(path, ADA, { headers: { 'x-forwarded-for': '::FFFF:0506:0708' } }),
    rows('select ip_address from sessions'),
  ),
  scenario(
    'query parameters',
    post(`${path}?callbackURL=/ok`, ADA),
    post(`${path}?callbackURL=https://evil.example`, { ...ADA, email: 'b@example.com' }),
    post(`${path}?callbackURL=/a&callbackURL=/b`, { ...ADA, email: 'c@example.com' }),
    post(`${path}?disableCookieCache=true&x=y`, { ...ADA, email: 'd@example.com' }),
  ),
];
