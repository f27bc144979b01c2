import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What the server may import from the migrations: the list of them, and the columns of the configured fields. */
const ALLOWED = /\/migrations\/(index|configured-columns)\.js$/;

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
