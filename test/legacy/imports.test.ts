import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The server may import the list of migrations and those that the configuration makes, and nothing else. */
const ALLOWED = /\/migrations\/(index|configured-columns|plugin-tables|second-factors)\.js$/;

/** The table of password formats, and how salts and formats are named. Both must mean the same here and there. */
const SHARED = /\/src\/crypto\/password\//;

test('migrations import nothing from the server but the table of password formats', () => {
  const imports = readdirSync('migrations', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((file) =>
      [...readFileSync(join('migrations', file), 'utf8').matchAll(/from '([^']*\/src\/[^']*)'/g)].map(
        ([, path = '']) => ({ file, path }),
      ),
    );
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter(({ path }) => !SHARED.test(path))).toEqual([]);
});

test('the server imports no helper of the migrations', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const imports = files.flatMap((file) =>
    [...readFileSync(join('src', file), 'utf8').matchAll(/from '([^']*\/migrations\/[^']*)'/g)].map(
      ([, path = '']) => ({ file, path }),
    ),
  );
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter(({ path }) => !ALLOWED.test(path))).toEqual([]);
});
