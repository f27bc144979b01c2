import '../../src/features/jwt/password.controller.js';
import '../../src/users/users.controller.js';
import { authPath, twinOf } from '../../src/http/auth-path.js';
import { strictUrl } from '../../src/http/strict-paths.js';

test.each([
  ['/api/auth/sign-in/email', '/sign-in/email'],
  ['/api/auth/sign-in/email///?x=/y', '/sign-in/email'],
  ['/api/auth/x/../sign-in/email#f', '/sign-in/email'],
  ['/api/auth\\sign-in\\email', '/sign-in/email'],
  ['/api/auth//sign-in/email', '//sign-in/email'],
  ['/api/auth/sign-in/%65mail', '/sign-in/%65mail'],
  ['/api/auth', '/'],
  ['/api/auth//', '/'],
])('the path of %s is %s', (url, path) => {
  expect(authPath(url)).toBe(path);
});

test.each([
  '/',
  '/health/live',
  '/api/authx/ok',
  '//api/auth/ok',
  '/API/AUTH/ok',
  'http://x/api/auth/ok',
  '*',
  '',
  '/%',
])('%j is not below the base path', (url) => {
  expect(authPath(url)).toBeUndefined();
});

test('every address that the router sends to a route has the path of that route', () => {
  const pieces = [
    '/',
    '/',
    '/',
    '\\',
    '.',
    '..',
    '%2e',
    '%2f',
    '%65',
    '#',
    '?',
    ';',
    'api',
    'auth',
    'sign-up',
    'email',
    'x',
    '//',
  ];
  // A generator with a fixed seed, so that a failure can be repeated.
  let seed = 1;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  let routed = 0;
  for (let attempt = 0; attempt < 30_000; attempt += 1) {
    const middle = Array.from({ length: next(5) }, () => pieces[next(pieces.length)]).join('');
    const tail = Array.from({ length: next(3) }, () => pieces[next(pieces.length)]).join('');
    const url =
      ['/api/auth', `/api/auth${middle}/sign-up/email${tail}`, `${middle}/api/auth/sign-up${tail}/email`][
        next(3)
      ] ?? '';
    for (const skip of [false, true]) {
      // The router takes the text before the query or fragment and decodes it.
      const route = decodeURIComponent(
        (strictUrl(url, skip).split(/[?#]/, 1)[0] ?? '').replaceAll(/%(?!25)/g, '%25'),
      );
      if (route !== '/api/auth/sign-up/email') continue;
      routed += 1;
      expect([url, authPath(url)]).toEqual([url, '/sign-up/email']);
    }
  }
  expect(routed).toBeGreaterThan(300);
});

test('a path of 16,000 slashes takes less than 100 ms', () => {
  const begun = Date.now();
  expect(authPath(`/api/auth${'/'.repeat(16_000)}x`)).toHaveLength(16_001);
  expect(Date.now() - begun).toBeLessThan(100);
});

test('a route that is another form of a route of the protocol is its twin', () => {
  expect(twinOf('/login')).toBe('/sign-in/email');
  expect(twinOf('/register')).toBe('/sign-up/email');
  expect(twinOf('/user')).toBe('/update-user');
  expect(twinOf('/sign-in/email')).toBeUndefined();
  expect(twinOf('constructor')).toBeUndefined();
});
