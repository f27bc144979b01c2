import { faultIn, GUARDS } from './guards.mjs';

test('every guard in the table is in the code exactly once, and its test exists', () => {
  expect(GUARDS.length).toBeGreaterThan(60);
  expect(GUARDS.flatMap((guard) => faultIn(guard, '.'))).toEqual([]);
});

test('no two entries are the same', () => {
  const all = GUARDS.map(({ file, code, without }) => [file, code, without].join('\n'));
  expect(new Set(all).size).toBe(all.length);
});
