import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { FOLDERS, overrides } from './folder-order.js';

const LINTER = '.oxlintrc.json';

interface Override {
  readonly files: readonly string[];
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .toSorted();

/** The folder that the order names; undefined for a file at the root of `src`. */
const folderOf = (file: string) => /^((?:features\/)?[^/]+)\//.exec(file)?.[1];
/** The files at the root stand right below the commands, which are last in the order. */
const rankOf = (file: string) => {
  const folder = folderOf(file);
  if (folder === undefined) return FOLDERS.length - 1.5;
  const rank = FOLDERS.findIndex((known) => known === folder);
  return rank === -1 ? Infinity : rank;
};

/** The files of `src` that a file imports, types included. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join('src', file), 'utf8'), true, true);
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => relative('src', join('src', dirname(file), fileName)).replace(/\.js$/, '.ts'))
    .filter((imported) => !imported.startsWith('..'));
}

const imports = new Map(files.map((file) => [file, importsOf(file)]));

test('every folder of src has its place in the order', () => {
  const folders = new Set(files.map(folderOf).filter((folder) => folder !== undefined));
  expect([...folders].toSorted()).toEqual([...FOLDERS].toSorted());
});

/** `WRITE_ORDER=1 npm test -- test/folders` writes what the order implies into the linter's configuration. */
test('the linter knows the order', async () => {
  const linter = JSON.parse(readFileSync(LINTER, 'utf8')) as { overrides: Override[] };
  const isOrder = ({ files: [file = ''] }: Override) => file.startsWith('src/');
  if (process.env['WRITE_ORDER']) {
    linter.overrides = [...linter.overrides.filter((override) => !isOrder(override)), ...overrides()];
    const style = await resolveConfig(LINTER);
    writeFileSync(LINTER, await format(JSON.stringify(linter), { ...style, filepath: LINTER }));
  }
  expect(linter.overrides.filter(isOrder)).toEqual(overrides());
});

test('no import points up, not even that of a type', () => {
  const upward = files.flatMap((file) =>
    (imports.get(file) ?? [])
      .filter((imported) => rankOf(imported) > rankOf(file))
      .map((imported) => `${file} imports ${imported}`),
  );
  expect(upward).toEqual([]);
});

test('no files import each other in a circle, not even for types', () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const imported of imports.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});
