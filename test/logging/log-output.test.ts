import { spawnSync } from 'node:child_process';

/** Runs a program that logs these lines and then executes `end`, and returns its output. */
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
])('a program that %s writes every line completely and in order', (_, end) => {
  const lines = `Array.from({ length: 5000 }, (_, n) => n + ' für Zoë 日本 🙂'.repeat(n % 50) + '\\n')`;
  const expected = Array.from({ length: 5000 }, (_, n) => `${n}${' für Zoë 日本 🙂'.repeat(n % 50)}\n`);
  expect(written(lines, end)).toBe(expected.join(''));
});

test('a line that is longer than the buffer keeps its place', () => {
  const lines = `['before\\n', 'é'.repeat(100_000) + '\\n', 'after\\n']`;
  expect(written(lines, '')).toBe(`before\n${'é'.repeat(100_000)}\nafter\n`);
});
