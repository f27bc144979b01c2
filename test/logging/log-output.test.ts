import { spawnSync } from 'node:child_process';

/** What a program writes that logs these lines and then does `end`. */
function written(lines: string, end: string): string {
  const program = `
    import { LogOutput } from './dist/src/logging/log-output.js';
    const output = new LogOutput();
    for (const line of ${lines}) output.write(line);
    ${end}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  expect(stderr).not.toContain('SyntaxError');
  return stdout;
}

test.each([
  ['ends', ''],
  ['exits', 'process.exit(0);'],
  ['fails', `throw new Error('fails');`],
])('a program that %s has written every line, whole and in order', (_, end) => {
  const lines = `Array.from({ length: 5000 }, (_, n) => n + ' für Zoë 日本 🙂'.repeat(n % 50) + '\\n')`;
  const expected = Array.from({ length: 5000 }, (_, n) => `${n}${' für Zoë 日本 🙂'.repeat(n % 50)}\n`);
  expect(written(lines, end)).toBe(expected.join(''));
});

test('a line that is longer than what waits for others is in its place', () => {
  const lines = `['before\\n', 'é'.repeat(100_000) + '\\n', 'after\\n']`;
  expect(written(lines, '')).toBe(`before\n${'é'.repeat(100_000)}\nafter\n`);
});
