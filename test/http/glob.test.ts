import { Glob } from '../../src/http/glob.js';

test.each([
  ['*.example.com', 'a.example.com', true],
  ['*.example.com', 'a.b.example.com', true],
  ['*.example.com', 'example.com', false],
  ['*.example.com', 'a/.example.com', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a?c', 'a/c', false],
  ['a**c', 'abbbc', true],
  ['*a*a*', 'aa', true],
  ['*a*a*', 'a', false],
  ['', '', true],
  ['', 'a', false],
  ['(a+)+', '(a+)+', true],
])('%s matches %s: %s', (pattern, text, expected) => {
  expect(Glob.ofText(pattern).matches(text)).toBe(expected);
});

test.each(['*a*b', '*a*a*a*a*b', '*?a*?b'])(
  'a million characters do not stop the server, for %s',
  (pattern) => {
    // An algorithm that takes the square of the length would need at least some minutes.
    expect(Glob.ofText(pattern).matches('a'.repeat(1_000_000))).toBe(false);
  },
);

test.each(['/**/a/**/b', '/**/a*/**/*b/x', '/*a*b'])(
  'a long path does not stop the server, for %s',
  (pattern) => {
    expect(Glob.ofPath(pattern).matches('/a'.repeat(500_000))).toBe(false);
  },
);
