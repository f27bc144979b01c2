import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the version in package.json, which is above `src` and above `dist/src`. */
export function packageVersion(): string {
  const folders = ['../..', '../../..'].map((up) => join(import.meta.dirname, up, 'package.json'));
  const file = folders.find((each) => existsSync(each));
  if (file === undefined) return 'unknown';
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
