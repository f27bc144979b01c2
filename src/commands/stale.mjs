import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['src', 'migrations', 'ormconfig.ts', 'package.json', 'tsconfig.json', 'nest-cli.json'];

/** Every build writes this file. */
export const BUILT = 'dist/ormconfig.js';

/**
 * True if the project in `root` was never built, or if a source has changed since the build. Folders count as sources,
 * because deleting a file changes the time of its folder.
 *
 * @param {string} root
 * @returns {boolean}
 */
export function isStale(root) {
  const built = statSync(join(root, BUILT), { throwIfNoEntry: false })?.mtimeMs;
  return built === undefined || SOURCES.some((source) => isNewer(join(root, source), built));
}

/**
 * @param {string} path
 * @param {number} time
 * @returns {boolean}
 */
function isNewer(path, time) {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return false;
  if (facts.mtimeMs > time) return true;
  return facts.isDirectory() && readdirSync(path).some((name) => isNewer(join(path, name), time));
}
