import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { FEATURES } from '../src/assembly/features.js';
import { variableOf } from '../src/config/option-table.js';
import { coreOptions } from '../src/config/options.js';
import { VARIABLES, type Variable } from '../src/config/variables.js';
import { DELIBERATE_DIFFERENCES } from './conformance/deliberate-differences.js';
import { startGatehouse } from './setup/gatehouse.js';

const readme = readFileSync('README.md', 'utf8');

test('the steps of the seed can be pasted and find every required field', async () => {
  const script = /<!-- the seed's test -->\s+```sh\n(.*?)```/s.exec(readme)?.[1];
  const gatehouse = await startGatehouse();
  try {
    const { stdout } = await promisify(execFile)('bash', ['-euc', script ?? 'exit 9'], {
      env: { ...process.env, BASE: gatehouse.origin },
    });
    expect(stdout).toMatch(/^ok: ada\.\d+@example\.com has a session\n$/);
  } finally {
    await gatehouse.stop();
  }
});

test('the table of settings is that of the code', () => {
  const rows = Object.entries<Variable<unknown>>(VARIABLES).map(([name, { about, fallback }]) => [
    `\`${name}\``,
    about,
    fallback ?? '',
  ]);
  expect(tableOf(/^`[A-Z_]+`$/)).toEqual(rows);
});

test('the table of options is that of the code', () => {
  const tables = [coreOptions, ...FEATURES.flatMap(({ optionTables = [] }) => optionTables)];
  const rows = tables
    .flatMap((table) => Object.entries(table.rows))
    .map(([path, option]) => [
      `\`${path}\``,
      `\`${variableOf(path)}\``,
      'otherwise' in option ? option.otherwise : `\`${JSON.stringify(option.fallback)}\``,
    ]);
  expect(tableOf(/^`[a-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*`$/)).toEqual(rows);
});

test('the table of deliberate differences is that of the comparison', () => {
  const [, section = ''] = readme.split('\n## Where it differs\n');
  const rows = section
    .split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .slice(2);
  expect(rows).toEqual(DELIBERATE_DIFFERENCES.map(({ what, reason }) => [what, reason]));
});

/** The rows of three cells whose first is such. */
function tableOf(first: RegExp): string[][] {
  return readme
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.length === 3 && first.test(cells[0] ?? ''));
}
