import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { fitsPattern } from '../../src/rate-limits/path-glob.js';

test.each([
  ['/sign-in/*', '/sign-in/email', true],
  ['/sign-in/*', '/sign-in/a/b', false],
  ['/sign-in/*', '/sign-in', false],
  ['/sign-*', '/sign-up', true],
  ['/sign-*', '/sign-up/email', false],
  ['/a/**/z', '/a/z', true],
  ['/a/**/z', '/a/b/c/z', true],
  ['/a/**/z', '/az', false],
  ['/a/**', '/a', true],
  ['/a/**', '/a/b/c', true],
  ['**', '/anything/at/all', true],
  ['/**', '/anything', true],
  ['/*.json', '/a.json', true],
  ['/*.json', '/axjson', false],
  ['/a?c*', '/abc', true],
  ['/a?c', '/abc', false],
  ['/ok', '/ok', true],
  ['/(a+)+*', '/(a+)+b', true],
])('%s fits %s: %s', (pattern, path, expected) => {
  expect(fitsPattern(path, pattern)).toBe(expected);
});

test("agrees with Better Auth's matcher on 10,000 random pairs", async () => {
  const file = pathToFileURL(resolve('node_modules/better-auth/dist/utils/wildcard.mjs')).href;
  const { wildcardMatch } = (await import(file)) as {
    wildcardMatch: (pattern: string) => (path: string) => boolean;
  };
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const text = (pieces: readonly string[], longest: number) =>
    Array.from({ length: 1 + next(longest) }, () => pieces[next(pieces.length)]).join('');
  let fits = 0;
  for (let attempt = 0; attempt < 10_000; attempt += 1) {
    const pattern = `/${text(['/', '/', '*', '**', '?', 'a', 'b', '/**/', '.'], 5)}*`;
    const path = `/${text(['/', 'a', 'b', 'a', '/', '.'], 6)}`.replace(/\/+$/, '') || '/';
    const expected = wildcardMatch(pattern)(path);
    if (expected) fits += 1;
    expect([pattern, path, fitsPattern(path, pattern)]).toEqual([pattern, path, expected]);
  }
  expect(fits).toBeGreaterThan(500);
});

test('refuses long paths quickly', () => {
  const begun = Date.now();
  expect(fitsPattern('/a'.repeat(4000), '/**/a/**/a*/x')).toBe(false);
  expect(fitsPattern(`/${'a'.repeat(8000)}`, '/*a*b')).toBe(false);
  expect(Date.now() - begun).toBeLessThan(2000);
});
