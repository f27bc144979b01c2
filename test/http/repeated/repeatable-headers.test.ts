import { repeatableHeaders } from '../../../src/http/repeated/repeatable-headers.js';

const NOW = 1_000_000;
const HEADERS = { 'x-request-id': 'one', 'cache-control': 'no-store', 'content-type': 'application/json' };

test('keeps the headers that the steps of every request set, and leaves the request id out', () => {
  expect(repeatableHeaders(HEADERS, [], NOW)).toEqual({
    lines: ['cache-control', 'no-store', 'content-type', 'application/json'],
    until: Infinity,
  });
});

test('keeps a header of a feature until it no longer holds', () => {
  const added = [
    { name: 'x-first', value: 'a', until: NOW + 20 },
    { name: 'x-second', value: 'b', until: NOW + 10 },
  ];
  const repeatable = repeatableHeaders({ ...HEADERS, 'x-first': 'a', 'x-second': 'b' }, added, NOW);
  expect(repeatable?.until).toBe(NOW + 10);
  expect(repeatable?.lines.slice(-4)).toEqual(['x-first', 'a', 'x-second', 'b']);
});

test.each([
  ['a cookie', { 'set-cookie': ['a=b'] }, []],
  ['a header that nobody declared', { 'x-feature': 'a' }, []],
  [
    'a header that does not say until when it holds',
    { 'x-feature': 'a' },
    [{ name: 'x-feature', value: 'a' }],
  ],
  ['a header that no longer holds', { 'x-feature': 'a' }, [{ name: 'x-feature', value: 'a', until: NOW }]],
])('refuses an answer with %s', (_, more, added) => {
  expect(repeatableHeaders({ ...HEADERS, ...more }, added, NOW)).toBeUndefined();
});
