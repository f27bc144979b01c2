import { strictUrl } from '../../src/http/strict-paths.js';

const B = '/api/auth';

test.each(['/', `${B}/ok`, `${B}/ok?next=//evil&x=%2e/./`, `${B}/OK/`, '/docs/json', `${B}/ok;x`])(
  'an address without anything to resolve is left as it is: %s',
  (url) => {
    expect(strictUrl(url)).toBe(url);
  },
);

test.each([
  [`${B}/./ok`, `${B}/ok`],
  [`${B}/x/../ok`, `${B}/ok`],
  [`${B}/%2e/ok`, `${B}/ok`],
  [`${B}/x/%2E%2e/ok?a=%2e`, `${B}/ok?a=%2e`],
  [`${B}\\ok`, `${B}/ok`],
  ['/../../api/auth/ok', `${B}/ok`],
])('dots and backslashes are resolved as in any URL: %s', (url, resolved) => {
  expect(strictUrl(url)).toBe(resolved);
});

// What the router would decode is encoded once more, so that it decodes to what was sent.
test.each([
  `${B}/%6fk`,
  `${B}/sign-up/%65mail`,
  `${B}/ok%2f`,
  `${B}/ok%00`,
  `${B}/%zz`,
  '/%61pi/auth/ok',
  '/api%2fauth/ok',
  '/%6detrics',
])('nothing is percent-decoded: %s', (url) => {
  expect(decodeURIComponent(strictUrl(url))).toBe(url);
});

test.each([
  `/${B}/ok`,
  `${B}//ok`,
  `${B}/sign-up//email?x=1`,
  '/api//auth/ok',
  `${B}/x/..//ok`,
  '//',
  '*',
  'http://evil.example/api/auth/ok',
])('no route is where two slashes meet: %s', (url) => {
  expect(strictUrl(url)).not.toMatch(/^\/(api|$|\?)/);
});

test('a request without an address asks for the root', () => {
  expect(strictUrl(undefined)).toBe('/');
});
