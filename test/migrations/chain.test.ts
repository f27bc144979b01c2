import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MIGRATIONS } from '../../migrations/index.js';

const FOLDER = join(import.meta.dirname, '../../migrations');
const files = (await readdir(FOLDER)).filter((name) => /^\d/.test(name)).toSorted();
const sources = await Promise.all(
  (await readdir(FOLDER, { recursive: true }))
    .filter((name) => name.endsWith('.ts'))
    .map(async (name) => ({ name, text: await readFile(join(FOLDER, name), 'utf8') })),
);

const FROM_CONFIGURATION = [
  'configured-columns.ts',
  'plugin-tables.ts',
  'second-factors.ts',
  'second-factor-sources.ts',
];
const sourceOf = (specifier: string) => specifier.replace(/^\.\//, '').replace(/\.js$/, '.ts');

describe('the chain of migrations', () => {
  it('lists every file of the folder in order', () => {
    expect(MIGRATIONS.map((migration) => migration.name)).toEqual(
      files.map((file) => file.replace(/^(\d{13})-([A-Z]\w+)\.ts$/, '$2$1')),
    );
  });

  it('has ascending timestamps', () => {
    const timestamps = files.map((file) => Number(file.slice(0, 13)));
    expect(new Set(timestamps).size).toBe(files.length);
    expect(timestamps).toEqual(timestamps.toSorted((a, b) => a - b));
  });

  it.each(MIGRATIONS.map((migration) => [migration.name, migration] as const))(
    '%s has the name of its file',
    (name, migration) => {
      const instance = new migration();
      expect(instance.name).toBe(name);
      expect(typeof instance.up).toBe('function');
      expect(typeof instance.down).toBe('function');
    },
  );

  it.each(sources.map(({ name, text }) => [name, text]))('%s follows the rules', (name, text) => {
    for (const [, multiline, specifier = multiline ?? ''] of text.matchAll(
      /^} from '([^']+)'|^import .* from '([^']+)'/gm,
    )) {
      // What migrations and server share; test/legacy/imports.test.ts.
      if (specifier.startsWith('../../src/crypto/password/')) continue;
      // These make migrations from the configuration, and are no migrations themselves.
      if (FROM_CONFIGURATION.includes(name) && FROM_CONFIGURATION.includes(sourceOf(specifier))) continue;
      expect(specifier).toMatch(/^(typeorm|node:[\w/]+|\.{1,2}\/(helpers\/)?\d{13}-[\w-]+\.js)$/);
      const stamp = /\d{13}/.exec(specifier)?.[0];
      // Only index.ts and those that make migrations from the configuration have no number.
      if (stamp && /\d{13}/.test(name))
        expect(Number(stamp)).toBeLessThanOrEqual(Number(/\d{13}/.exec(name)?.[0]));
    }
    expect(text).not.toMatch(/\boffset\b/i);
    expect(text).not.toMatch(/create (unique )?index (?!concurrently)\w+ on (?!gatehouse\.)/);
    expect(text).not.toMatch(/\b(drop|truncate) table (?!if exists)/);
    expect(text).not.toMatch(/(?<!on delete )\bcascade\b(?! not valid)/);
  });
});
