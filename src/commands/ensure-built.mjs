/**
 * Builds the project if `dist` is older than the sources. This file is plain JavaScript, because it runs before there is a
 * build. The build prints to standard error, because the program that runs next may print JSON.
 */
import { execSync } from 'node:child_process';
import { existsSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT, isStale } from './stale.mjs';

const root = join(import.meta.dirname, '../..');
const built = join(root, BUILT);

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`);

function build() {
  // Date the build to its beginning, because a source may change while it runs.
  const began = new Date();
  try {
    execSync('npm run --silent build', { cwd: root, stdio: ['ignore', process.stderr, process.stderr] });
    utimesSync(built, began, began);
  } catch {
    // The compiler writes output even after errors. Delete this file, so that the next command builds again.
    rmSync(built, { force: true });
    say('The build failed, so nothing was run. Correct the errors above.');
    process.exitCode = 1;
  }
}

if (isStale(root)) {
  if (existsSync(join(root, 'node_modules/@nestjs/cli'))) {
    say(existsSync(built) ? 'dist is older than the sources: building.' : 'There is no build yet: building.');
    build();
  } else if (existsSync(built)) {
    say(
      'dist is older than the sources, but cannot be built, because @nestjs/cli is not installed. Run: npm ci',
    );
  } else {
    say('There is no build, and it cannot be made, because @nestjs/cli is not installed. Run: npm ci');
    process.exitCode = 1;
  }
}
