import { strictUrl } from '../../src/http/strict-paths.js';

const B = '/api/auth';

test.each(['/', `${B}/ok`, `${B}/ok?next=//evil&x=%2e/./`, `${B}/OK/`, '/docs/json', `${B}/ok;x`])(
  'an address with nothing to resolve stays unchanged: %s',
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
])('dots and backslashes are resolved as in every URL: %s', (url, resolved) => {
  expect(strictUrl(url)).toBe(resolved);
});

// Percent signs are encoded again, so that the router decodes the address to the text that was sent.
test.each([
  `${B}/%6fk`,
  `${B}/sign-up/%65mail`,
  `${B}/ok%2f`,
  `${B}/ok%00`,
  `${B}/%zz`,
  '/%61pi/auth/ok',
  '/api%2fauth/ok',
  '/%6detrics',
])('the router sees no percent-decoding of %s', (url) => {
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
])('an address with two adjacent slashes leads to no route: %s', (url) => {
  expect(strictUrl(url)).not.toMatch(/^\/(api|$|\?)/);
});

test('a missing address becomes /', () => {
  expect(strictUrl(undefined)).toBe('/');
});
