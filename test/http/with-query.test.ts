import { withQuery } from '../../src/http/with-query.js';

test.each([
  ['/a', '/a?error=E'],
  ['/a?b=1', '/a?b=1&error=E'],
  ['/a?b=1&', '/a?b=1&error=E'],
  ['/a?', '/a?error=E'],
  ['/a#top', '/a?error=E#top'],
  ['/a?b=1#top?c', '/a?b=1&error=E#top?c'],
  ['https://app.example.com', 'https://app.example.com/?error=E'],
  ['https://app.example.com/a#top', 'https://app.example.com/a?error=E#top'],
  ['myapp://done', 'myapp://done?error=E'],
  ['/a/../b', '/b?error=E'],
  ['/a b', '/a%20b?error=E'],
  ['https://APP.example.com', 'https://app.example.com/?error=E'],
])('adds the parameter to %s: %s', (target, expected) => {
  expect(withQuery(target, { error: 'E' })).toBe(expected);
});

test.each([
  '',
  'a',
  '//evil.example',
  '/..//evil.example',
  '/a/..//evil.example',
  '/\\evil.example',
  'https://',
])('returns undefined for the invalid target %j', (target) => {
  expect(withQuery(target, { error: 'E' })).toBeUndefined();
});
