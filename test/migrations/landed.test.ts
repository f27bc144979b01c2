import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** By file; what has landed ran somewhere, and its digest here never changes again. */
const LANDED = JSON.parse(readFileSync('test/migrations/landed.json', 'utf8')) as Record<string, string>;

const digestOf = (file: string) =>
  createHash('sha256')
    .update(readFileSync(join('migrations', file)))
    .digest('hex')
    .slice(0, 16);

test('migrations and their helpers are as they landed', () => {
  const files = ['.', 'helpers'].flatMap((folder) =>
    readdirSync(join('migrations', folder)).map((file) => join(folder, file)),
  );
  const now = files.filter((file) => /(^|\/)\d{13}-.*\.ts$/.test(file)).map((file) => [file, digestOf(file)]);
  expect(Object.fromEntries(now)).toEqual(LANDED);
});
