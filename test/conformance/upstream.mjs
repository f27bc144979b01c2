// Moves to another release of the published better-auth, and lists what it answers differently from this server:
//
//   npm run upstream -- 1.7.26                           all of test/conformance
//   npm run upstream -- 1.7.26 test/conformance/core     a part of it
//
// It changes package.json and package-lock.json and nothing else. test/conformance/upstream.md says what to do then.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const PACKAGES = ['better-auth', '@better-auth/core'];
/** Packages of the library of which the plugins need the same version. */
const SHARED = ['better-call', '@better-auth/utils', '@better-fetch/fetch'];
/** The library's own packages in the lock file, whose old versions would keep npm from installing others. */
const LOCKED = /(^|\/)node_modules\/(better-auth|better-call|@better-auth\/[^/]+|@better-fetch\/[^/]+)$/;
const PRINT_ROUTES = `
  import { routesAndErrors } from './test/conformance/upstream-routes.mjs';
  process.stdout.write(JSON.stringify(routesAndErrors()));`;

const [version, ...parts] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version ?? ''))
  end(
    'Name the release, such as: npm run upstream -- 1.7.26. `npm view better-auth version` prints the newest.',
  );
if (run('git', ['status', '--porcelain', 'package.json', 'package-lock.json']) !== '')
  end(
    'package.json or package-lock.json has changes. Commit or undo them first, because this command changes both.',
  );

const text = readFileSync('package.json', 'utf8');
const { dependencies } = JSON.parse(text);
const current = dependencies['better-auth'];
const before = routesAndErrors();
say(`Moving from better-auth ${current} to ${version}.`);
const lock = readFileSync('package-lock.json', 'utf8');
writeFileSync('package.json', bumped(text, current));
writeFileSync('package-lock.json', unlocked(lock));
if (spawnSync('npm', ['install', '--no-audit', '--no-fund'], { stdio: 'inherit' }).status !== 0) {
  writeFileSync('package.json', text);
  writeFileSync('package-lock.json', lock);
  end(`npm cannot install better-auth ${version}. package.json and package-lock.json are as they were.`);
}
const after = routesAndErrors();
const found = [
  ...changes('route', before.routes, after.routes),
  ...changes('error code', before.errors, after.errors),
  ...failedTests(parts.length > 0 ? parts : ['test/conformance']),
];
for (const each of found) say(each);
say(
  found.length === 0
    ? `No difference. Commit package.json and package-lock.json.`
    : `Number of differences: ${found.length}. test/conformance/upstream.md says what to do.`,
);
process.exitCode = found.length === 0 ? 0 : 1;

/** The version stands in the dependencies and in the overrides of the plugins' packages. */
function bumped(packageJson, from) {
  const needed = JSON.parse(run('npm', ['view', `better-auth@${version}`, 'dependencies', '--json']));
  const old = Object.values(JSON.parse(packageJson).overrides).find((each) => each['better-call']);
  const versions = [
    ...PACKAGES.map((name) => [name, from, version]),
    ...SHARED.map((name) => [name, old[name], needed[name]]),
  ];
  return versions.reduce(
    (changed, [name, before, now]) => changed.replaceAll(`"${name}": "${before}"`, `"${name}": "${now}"`),
    packageJson,
  );
}

function unlocked(packageLock) {
  const { packages, ...rest } = JSON.parse(packageLock);
  const kept = Object.entries(packages).filter(([path]) => !LOCKED.test(path));
  return `${JSON.stringify({ ...rest, packages: Object.fromEntries(kept) }, null, 2)}\n`;
}

/** The routes and error codes of the library that is installed now. */
function routesAndErrors() {
  return JSON.parse(run(process.execPath, ['--input-type=module', '--eval', PRINT_ROUTES]));
}

function changes(what, old, now) {
  return [
    ...now.filter((each) => !old.includes(each)).map((each) => `new ${what}: ${each}`),
    ...old.filter((each) => !now.includes(each)).map((each) => `${what} is gone: ${each}`),
  ];
}

/** Runs the tests, and returns the name and the first difference of each that fails. */
function failedTests(paths) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-upstream-'));
  try {
    const report = join(folder, 'report.json');
    spawnSync('npm', ['test', '--', ...paths, '--json', `--outputFile=${report}`], { stdio: 'inherit' });
    if (!existsSync(report))
      return ['No test ran. The lines above say why: perhaps the server does not compile.'];
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    return testResults.flatMap(({ assertionResults, message, status }) => {
      const failed = assertionResults.filter((result) => result.status === 'failed');
      if (failed.length === 0) return status === 'failed' ? [message] : [];
      return failed.map(({ fullName, failureMessages: [first = ''] }) => `${fullName}\n${plain(first)}`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without colours and without the stack. */
function plain(message) {
  const lines = stripVTControlCharacters(message).split('\n');
  const stack = lines.findIndex((line) => /^\s+at /.test(line));
  return (stack < 0 ? lines : lines.slice(0, stack)).map((line) => `    ${line}`).join('\n');
}

function run(program, args) {
  return execFileSync(program, args, { encoding: 'utf8' }).trim();
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

function end(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}
