import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../src/local/free-port.js';
import { isAlive } from '../../src/local/process-identity.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, SECRET } from '../setup/gatehouse.js';
import { startProgram, type Program } from '../setup/program.js';
import { expectOneSentence, runToEnd } from '../setup/run-to-end.js';

const READY = 'Ctrl-C stops it';
const PASSWORD = 'correct horse battery';
const PRODUCTION = {
  NODE_ENV: 'production',
  BETTER_AUTH_SECRET: SECRET,
  BETTER_AUTH_URL: 'http://localhost',
};

let folder: string;
let port: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-start-'));
  // If root runs the test, PostgreSQL runs as another user, who must be able to enter this folder.
  await chmod(folder, 0o755);
  port = String(await freePort());
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const start = (environment: Record<string, string> = {}) =>
  startProgram('src/commands/start.js', {
    folder,
    terminal: true,
    environment: { PORT: port, ...environment },
  });

const inData = (name: string) => join(folder, '.data', name);

async function started(environment: Record<string, string> = {}): Promise<Program> {
  const program = start(environment);
  await program.told(READY);
  return program;
}

/** Runs the request that the program printed in a shell. Returns the e-mail that it signed up. */
async function pasteRequest(program: Program): Promise<string> {
  const command = /Try it:\s+(curl .*?\n.*?)\n\n/s.exec(program.output())?.[1] ?? '';
  const { stdout } = await promisify(execFile)('bash', ['-c', `${command} -w '\\n%{http_code}'`]);
  const [answer = '', status] = stdout.split('\n');
  expect(status).toBe('200');
  const { user } = JSON.parse(answer) as { user: { name: string; email: string } };
  expect(user.name).toBe('Ada Lovelace');
  return user.email;
}

async function signIn(email: string): Promise<number> {
  const client = new BrowserLikeClient(`http://localhost:${port}`);
  return (await client.post('/api/auth/sign-in/email', { email, password: PASSWORD })).status;
}

const postgresPid = async () =>
  Number((await readFile(inData('postgres/postmaster.pid'), 'utf8')).split('\n', 1)[0]);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 20));
}

async function expectStopped(program: Program, postgres: number): Promise<void> {
  expect(await program.stop('SIGINT')).toBe(0);
  expect(isAlive(postgres)).toBe(false);
  expect(
    ['running', 'database-url', 'postgres/postmaster.pid'].filter((name) => existsSync(inData(name))),
  ).toEqual([]);
}

test('the first start creates everything, the printed request works, and Ctrl-C leaves no process running', async () => {
  const program = await started();
  const email = await pasteRequest(program);

  expectOneSentence(
    await runToEnd('dist/src/commands/start.js', { folder }),
    /^Gatehouse already runs on .*\. Stop it first: kill \d+$/,
  );
  const show = await runToEnd('node_modules/typeorm/cli.js', {
    folder,
    arguments: ['migration:show', '-d', join(process.cwd(), 'dist/ormconfig.js')],
  });
  expect([show.code, show.err]).toEqual([0, '']);
  expect(show.out).toContain('[X]');
  expect(show.out).not.toContain('[ ]');
  expect(await runToEnd('dist/src/commands/compat-check.js', { folder })).toMatchObject({ code: 0 });

  await expectStopped(program, await postgresPid());

  const again = await started();
  expect(await signIn(email)).toBe(200);
  await expectStopped(again, await postgresPid());
});

const ENV = 'SECURITY_PROFILE=strict';

test('the first start writes .env with the strict profile, serves with it and listens on this machine only', async () => {
  const program = await started();
  expect(await readFile(join(folder, '.env'), 'utf8')).toContain(`\n${ENV}\n`);
  expect(program.output()).toContain(`It wrote the file .env with ${ENV}`);
  expect(program.output()).toContain(`listening on http://127.0.0.1:${port}`);
  expect(program.output()).toContain(
    'Only programs on this machine can reach it. To open it to others: HOST=0.0.0.0',
  );
  await program.stop('SIGINT');
});

describe('with settings', () => {
  let own: TestDatabase;

  beforeAll(async () => {
    own = await createDatabase({ template: MIGRATED });
  });

  afterAll(() => own.drop());

  const output = async (environment: Record<string, string> = {}): Promise<string> => {
    const program = await started({ DATABASE_URL: own.url, ...environment });
    await program.stop('SIGINT');
    return program.output();
  };

  test('a file .env that exists is not touched', async () => {
    const text = 'SESSION_CACHE=false\n';
    await writeFile(join(folder, '.env'), text);
    expect(await output()).not.toContain('It wrote');
    expect(await readFile(join(folder, '.env'), 'utf8')).toBe(text);
  });

  test.each([
    ['the environment chooses the profile', { SECURITY_PROFILE: 'compatible' }],
    ['it is a production server', PRODUCTION],
  ])('the start writes no .env if %s', async (_why, environment) => {
    await output(environment);
    expect(existsSync(join(folder, '.env'))).toBe(false);
  });

  test('HOST chooses the address, and DOCS_ENABLED and METRICS_PORT what is printed', async () => {
    const metricsPort = String(await freePort());
    const printed = await output({ HOST: '0.0.0.0', DOCS_ENABLED: 'false', METRICS_PORT: metricsPort });
    expect(printed).toContain(`listening on http://0.0.0.0:${port}`);
    expect(printed).not.toContain('Only programs on this machine');
    expect(printed).not.toContain('/docs');
    expect(printed).toContain(`http://localhost:${metricsPort}/health/ready`);
  });
});

test('a folder in which .env cannot be written stops the start with one sentence', async () => {
  await mkdir(join(folder, '.env'));
  const ended = await runToEnd('dist/src/commands/start.js', { folder });
  expectOneSentence(ended, /EISDIR|cannot be (read|written)/);
});

test('a crash does not block the next start, with PostgreSQL still running or crashed too', async () => {
  const first = await started();
  const email = await pasteRequest(first);
  const survivor = await postgresPid();
  first.process.kill('SIGKILL');
  await first.ended();

  const second = await started();
  expect(isAlive(survivor)).toBe(false);
  expect(await signIn(email)).toBe(200);
  const postgres = await postgresPid();
  second.process.kill('SIGKILL');
  process.kill(postgres, 'SIGKILL');
  await second.ended();

  const third = await started();
  expect(await signIn(email)).toBe(200);
  await expectStopped(third, await postgresPid());
});

test('the next start works after a crash during initdb, and if another process has the recorded process id', async () => {
  const program = start();
  await until(() => existsSync(inData('postgres.unfinished/base')));
  program.process.kill('SIGKILL');
  await program.ended();
  expect(existsSync(inData('postgres'))).toBe(false);
  // After a container restarts, another process may have the recorded id.
  await writeFile(inData('running'), `${process.pid} 1`);

  const next = await started();
  await pasteRequest(next);
  await expectStopped(next, await postgresPid());
});

test('Ctrl-C before the server listens does not block the next start', async () => {
  const program = start();
  await until(() => existsSync(inData('postgres/postmaster.pid')));
  await program.stop('SIGINT');
  const next = await started();
  await pasteRequest(next);
  await expectStopped(next, await postgresPid());
});

describe('with a DATABASE_URL', () => {
  test('serves that database, starts no PostgreSQL and does not print the password', async () => {
    const own = await createDatabase({ template: MIGRATED });
    const program = await started({ DATABASE_URL: own.url });
    await pasteRequest(program);
    expect(await own.query('select name from users')).toEqual([{ name: 'Ada Lovelace' }]);
    expect(program.output()).not.toContain(own.url);
    expect(existsSync(inData('postgres'))).toBe(false);
    expect(await program.stop('SIGINT')).toBe(0);
    await own.drop();
  });

  test('does not migrate that database', async () => {
    const empty = await createDatabase();
    const ended = await runToEnd('dist/src/commands/start.js', {
      folder,
      environment: { DATABASE_URL: empty.url },
    });
    await empty.drop();
    expectOneSentence(ended, /^The database is not ready: \d+ migrations have not run yet/);
  });
});

test('in production the start makes neither a database nor a secret', async () => {
  const { code, err } = await runToEnd('dist/src/commands/start.js', {
    folder,
    environment: { NODE_ENV: 'production' },
  });
  expect(err).toContain('  - DATABASE_URL is required in production.');
  expect(err).toContain('  - BETTER_AUTH_SECRET is required in production.');
  expect(code).toBe(1);
  expect(existsSync(inData('secret'))).toBe(false);
});

test('wrong settings stop the program before it starts PostgreSQL', async () => {
  const ended = await runToEnd('dist/src/commands/start.js', { folder, environment: { PORT: 'many' } });
  expectOneSentence(ended, /PORT must be a whole number/);
  expect(existsSync(inData('postgres'))).toBe(false);
});

test('if PostgreSQL cannot read its data, the start ends with one sentence', async () => {
  await mkdir(inData('postgres'), { recursive: true });
  const ended = await runToEnd('dist/src/commands/start.js', { folder });
  expectOneSentence(
    ended,
    /^The embedded PostgreSQL did not start: .* Check its data in .*\.data\/postgres, or use/,
  );
});
