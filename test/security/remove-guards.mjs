/**
 * Removes the guards of `guards.mjs` one after the other in a temporary copy of this checkout, and runs the test of each. A
 * test that still passes shows nothing, so the exit code is then 1. Run: npm run test:guards -- --only <text>
 */
import { transformSync } from '@swc/core';
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import jestConfig from '../jest.config.js';
import { faultIn, GUARDS, piecesOf } from './guards.mjs';

/** Milliseconds for one test. Without a guard against slow patterns, a server may be busy for ever. */
const PATIENCE = 150_000;
const NOT_COPIED = new Set(['node_modules', '.git', '.data']);
/** The run is worth nothing if the code without the guard does not start at all. */
const DOES_NOT_START = /before it printed "listening on"|SyntaxError|ReferenceError|Cannot find module/;

const { only = '' } = parseArgs({ options: { only: { type: 'string' } } }).values;
const root = join(import.meta.dirname, '../..');
const say = (line) => process.stdout.write(`${line}\n`);

const chosen = GUARDS.filter((guard) => Object.values(guard).join('\n').includes(only));
const faults = chosen.flatMap((guard) => faultIn(guard, root));
if (faults.length > 0 || chosen.length === 0) {
  for (const fault of faults) say(fault);
  if (chosen.length === 0) say(`No guard contains "${only}".`);
  process.exit(1);
}

const copy = mkdtempSync(join(tmpdir(), 'gatehouse-guards-'));
let running;
let stopped = false;
/** What each test says with all guards in place. */
const controls = new Map();
process.once('SIGINT', () => {
  stopped = true;
  endGroup();
});

process.once('exit', () => rmSync(copy, { recursive: true, force: true }));

makeCopy();
// All runs use the same servers of PostgreSQL, and their template databases with every guard in place.
const { default: start } = await import(join(copy, 'test/setup/global-setup.mjs'));
const { default: stop } = await import(join(copy, 'test/setup/global-teardown.mjs'));
await start();
try {
  process.exitCode = (await tryAll()) ? 0 : 1;
} finally {
  await stop();
}

function makeCopy() {
  // PostgreSQL runs as another user, who must be able to read the folder.
  chmodSync(copy, 0o755);
  cpSync(root, copy, { recursive: true, filter: (path) => !NOT_COPIED.has(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const settings = { ...jestConfig, globalSetup: undefined, globalTeardown: undefined, reporters: [] };
  writeFileSync(join(copy, 'test/guards.config.js'), `export default ${JSON.stringify(settings)};\n`);
}

/** @returns true if every test fails. */
async function tryAll() {
  const unproven = [];
  for (const guard of chosen) {
    if (stopped) return false;
    const start = Date.now();
    const { proven, seen } = await tryWithout(guard);
    if (!proven) unproven.push(guard);
    const seconds = Math.round((Date.now() - start) / 1000);
    say(`${proven ? 'proven' : 'NOT PROVEN'}  ${guard.bullet}: ${guard.guard} (${seconds} s): ${seen}`);
  }
  say(
    `${chosen.length - unproven.length} of ${chosen.length} guards are proven by a test that fails without them.`,
  );
  return unproven.length === 0;
}

async function tryWithout(guard) {
  const wrong = await controlOf(guard.test);
  if (wrong) return { proven: false, seen: wrong };
  const path = join(copy, guard.file);
  const code = readFileSync(path, 'utf8');
  const changed = code.replace(guard.code, () => guard.without);
  writeFileSync(path, changed);
  const built = guard.file.endsWith('.ts')
    ? join(copy, 'dist', guard.file.replace(/\.ts$/, '.js'))
    : undefined;
  const before = built && readFileSync(built);
  if (built) writeFileSync(built, transpiled(guard.file, changed));
  try {
    return verdictOf(await runTest(guard.test));
  } finally {
    writeFileSync(path, code);
    if (built) writeFileSync(built, before);
  }
}

/** A test that fails with the guard, or only after other tests of its file, shows nothing. */
async function controlOf(test) {
  const key = test.join();
  if (!controls.has(key)) {
    const { failed, message } = resultOf(await runTest(test));
    controls.set(key, failed === 0 ? undefined : `with the guard the test does not pass either: ${message}`);
  }
  return controls.get(key);
}

/** Compiles the file as the tests do, because the real build takes longer than the test. */
function transpiled(filename, code) {
  const [, options] = Object.values(jestConfig.transform)[0];
  return transformSync(code, { ...options, filename, swcrc: false, configFile: false, sourceMaps: false })
    .code;
}

/** @returns what Jest reports, or undefined if it took too long. */
async function runTest([file, name]) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const pattern = piecesOf(name).map(escaped).join('.*');
  const flags = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  const options = ['-c', 'test/guards.config.js', '-w', '1', '--json', '--outputFile', report, '-t', pattern];
  // A group of its own, so that the servers of a test that hangs end with it.
  running = spawn(process.execPath, [...flags, ...options, '--runTestsByPath', file], {
    cwd: copy,
    detached: true,
    stdio: 'ignore',
  });
  const timer = setTimeout(endGroup, PATIENCE);
  const ended = await new Promise((done) => running.once('exit', (code) => done(code !== null)));
  clearTimeout(timer);
  endGroup();
  return ended ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
}

/** Ends the test with its servers, if it still runs. */
function endGroup() {
  try {
    if (running?.pid) process.kill(-running.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function escaped(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function verdictOf(report) {
  const { failed, message, title } = resultOf(report);
  if (failed === 0) return { proven: false, seen: 'the test passes' };
  if (DOES_NOT_START.test(message)) return { proven: false, seen: `the code is broken: ${message}` };
  return { proven: true, seen: title ? `${failed} failed, first "${title}": ${message}` : message };
}

/** How many tests failed, and the first of them. A test that does not end has failed, and so has one that does not exist. */
function resultOf(report) {
  if (!report) return { failed: 1, message: `no end after ${PATIENCE / 1000} s` };
  const { numPassedTests, numFailedTests, testResults } = report;
  if (numPassedTests + numFailedTests === 0)
    return { failed: 1, message: `Cannot find module or test: ${firstLine(testResults[0]?.message)}` };
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed'),
  );
  const [first] = failed;
  return { failed: failed.length, title: first?.title, message: firstLine(first?.failureMessages[0]) };
}

/** The expectation and what came instead, without colours and stack. */
function firstLine(text = '') {
  const plain = stripVTControlCharacters(text).split(/\n\s+at /, 1)[0] ?? '';
  return plain.replaceAll(/\s+/g, ' ').slice(0, 160);
}
