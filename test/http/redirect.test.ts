import { redirect, withQuery } from '../../src/http/redirect.js';

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
])('adds the parameter to %s: %s', (target, expected) => {
  expect(withQuery(target, { error: 'E' })).toBe(expected);
});

test.each(['', 'a', '//evil.example', '/\\evil.example', 'https://'])(
  'returns undefined for the invalid target %j',
  (target) => {
    expect(withQuery(target, { error: 'E' })).toBeUndefined();
  },
);

test('redirect is a 302 without a body to the unchanged target', () => {
  expect(redirect('/a b?c#d')).toMatchObject({
    status: 302,
    body: undefined,
    headers: { location: '/a b?c#d', 'content-type': 'application/json' },
  });
});
