import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createMigratingDataSource } from '../src/migrating/migrating-data-source.js';
import { freePort } from '../src/local/free-port.js';
import { BrowserLikeClient } from './setup/browser-like-client.js';
import { createDatabase, serverUrl, type TestDatabase } from './setup/database.js';
import { MIGRATED, SECRET, startGatehouse } from './setup/gatehouse.js';
import { startProgram } from './setup/program.js';
import { expectOneSentence, runToEnd } from './setup/run-to-end.js';

const SERVER = 'dist/src/main.js';
const CLI = 'node_modules/typeorm/cli.js';

let migrated: TestDatabase;

beforeAll(async () => {
  migrated = await createDatabase({ template: MIGRATED });
});

afterAll(() => migrated.drop());

const serve = (environment: Record<string, string>) =>
  runToEnd(SERVER, {
    environment: {
      BETTER_AUTH_SECRET: SECRET,
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_START_TIMEOUT: '0',
      ...environment,
    },
  });

const cli = (environment: Record<string, string>, command = 'migration:run') =>
  runToEnd(CLI, { environment, arguments: [command, '-d', 'dist/ormconfig.js'] });

describe('an unusable DATABASE_URL', () => {
  let port: number;
  let silent: Server;

  beforeAll(async () => {
    port = await freePort();
    // Accepts connections and reads, but never answers.
    silent = await listening((socket) => socket.resume());
  });

  afterAll(() => void silent.close());

  const withChanges = (change: (url: URL) => void) => {
    const url = new URL(serverUrl(18));
    change(url);
    return url.href;
  };
  const silentPort = () => (silent.address() as { port: number }).port;

  const cases: [string, () => string, RegExp][] = [
    ['is not a URL', () => 'sesame', /^The configuration has a fault: DATABASE_URL must be a PostgreSQL URL/],
    [
      'names another kind of database',
      () => 'mysql://ada:sesame@localhost/app',
      /DATABASE_URL must be a PostgreSQL URL/,
    ],
    ['names an unknown host', () => 'postgresql://ada:sesame@nowhere.invalid/app', /host nowhere\.invalid/],
    [
      'names a server that is down',
      () => `postgresql://ada:sesame@127.0.0.1:${port}/app`,
      /^No PostgreSQL answers at/,
    ],
    [
      'names a server that is down by its host name',
      () => `postgresql://ada:sesame@localhost:${port}/app`,
      /^No PostgreSQL/,
    ],
    [
      'has a wrong password',
      () => withChanges((url) => (url.password = 'sesame')),
      /refuses user "postgres"/,
    ],
    ['has an unknown user', () => withChanges((url) => (url.username = 'ada')), /refuses user "ada"/],
    [
      'names a missing database',
      () => withChanges((url) => (url.pathname = '/sesame')),
      /"sesame" does not exist/,
    ],
    [
      'asks for TLS, which the server does not offer',
      () => withChanges((url) => (url.search = '?sslmode=require')),
      /does not (speak|support) (TLS|SSL)/,
    ],
    [
      'names something that does not answer',
      () => `postgresql://ada:sesame@127.0.0.1:${silentPort()}/app`,
      /did not answer in time/,
    ],
  ];

  test.each(cases)('stops the server with one line when it %s', async (name, url, sentence) =>
    expectOneSentence(await serve({ DATABASE_URL: url() }), sentence, secretIn(name)),
  );

  // Some cases are enough, because the server and the CLI share `connection-fault.ts`.
  test.each(cases.filter(([name]) => /TLS|wrong password|not a URL/.test(name)))(
    'stops the TypeORM CLI with one line when it %s',
    async (name, url, sentence) =>
      expectOneSentence(await cli({ DATABASE_URL: url() }), sentence, secretIn(name)),
  );

  // If "sesame" is the name of the database and not the password, the message may contain it.
  const secretIn = (name: string) => (name.includes('missing database') ? undefined : 'sesame');
});

describe('the server stops with one line if', () => {
  test('DATABASE_URL is not set', async () => expectOneSentence(await serve({}), /DATABASE_URL is required/));

  test('the secret is too short', async () =>
    expectOneSentence(
      await serve({ DATABASE_URL: migrated.url, BETTER_AUTH_SECRET: 'sesame' }),
      /BETTER_AUTH_SECRET must be at least 32 characters long/,
      'sesame',
    ));

  test('BETTER_AUTH_URL is not set in production', async () =>
    expectOneSentence(
      await serve({ DATABASE_URL: migrated.url, NODE_ENV: 'production' }),
      /BETTER_AUTH_URL is required in production/,
    ));

  test('its port is taken', async () => {
    const other = await listening();
    const { port } = other.address() as { port: number };
    const ended = await serve({ DATABASE_URL: migrated.url, PORT: String(port) });
    other.close();
    expectOneSentence(ended, new RegExp(`^Port ${port} is in use by another program`));
  });

  test('this machine does not have the address', async () =>
    expectOneSentence(
      await serve({ DATABASE_URL: migrated.url, HOST: '192.0.2.1' }),
      /^This machine does not have the address 192\.0\.2\.1/,
    ));

  test('no migration has run, and it does not run them', async () => {
    const empty = await createDatabase();
    const ended = await serve({ DATABASE_URL: empty.url });
    const tables = await empty.query('select 1 from pg_tables where schemaname = current_schema');
    await empty.drop();
    expectOneSentence(
      ended,
      /migrations have not run yet, first InspectLegacyTables\d+\. Run: npm run migration:run/,
    );
    expect(tables).toEqual([]);
  });

  test('one migration is missing', async () => {
    const behind = await createDatabase({ template: MIGRATED });
    await undoLast(behind.url);
    const ended = await serve({ DATABASE_URL: behind.url });
    await behind.drop();
    expectOneSentence(ended, /^The database is not ready: 1 migration has not run yet/);
  });
});

test('the server prints several faults as one list', async () => {
  const { code, err } = await serve({
    DATABASE_URL: 'sesame',
    BETTER_AUTH_SECRET: 'short',
    SESION_EXPIRES_IN: '1',
  });
  expect(err.trimEnd().split('\n')).toEqual([
    'The configuration has 3 faults:',
    expect.stringMatching(/^ {2}- DATABASE_URL must be/),
    expect.stringMatching(/^ {2}- BETTER_AUTH_SECRET must be/),
    '  - SESION_EXPIRES_IN is not a setting. Rename it to SESSION_EXPIRES_IN.',
  ]);
  expect(code).toBe(1);
});

test('the TypeORM CLI stops with one line if DATABASE_URL is not set', async () =>
  // Runs in another folder, because `npm start` may have left a database in this one.
  expectOneSentence(
    await runToEnd(CLI, {
      folder: tmpdir(),
      arguments: ['migration:run', '-d', resolve('dist/ormconfig.js')],
    }),
    /DATABASE_URL is not set/,
  ));

test('the server reads .env, and a variable of the environment wins over it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-env-'));
  const port = await freePort();
  await writeFile(
    join(folder, '.env'),
    `DATABASE_URL=${migrated.url}\nBETTER_AUTH_SECRET=${SECRET}\nHOST=127.0.0.1\nPORT=1\n`,
  );
  const program = startProgram('src/main.js', { folder, environment: { PORT: String(port) } });
  await program.told('listening on');
  expect((await new BrowserLikeClient(`http://localhost:${port}`).get('/api/auth/ok')).status).toBe(200);
  expect(await program.stop()).toBe(0);
  await rm(folder, { recursive: true });
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s stops the server after it has answered a running request',
  async (signal) => {
    // With cost 14 a hash takes about a second.
    const gatehouse = await startGatehouse({ PASSWORD_BCRYPT_COST: '14' }, migrated);
    const client = new BrowserLikeClient(gatehouse.origin);
    const answer = client.post('/api/auth/sign-up/email', {
      name: 'Slow',
      email: `${signal}@example.com`,
      password: 'correct horse battery',
    });
    await new Promise((done) => setTimeout(done, 200));
    const stopped = gatehouse.stop(signal);
    // A moment after the signal, the server accepts no new connections.
    const isOpen = () =>
      client.get('/health/live').then(
        () => true,
        () => false,
      );
    while (await isOpen());
    expect((await answer).status).toBe(200);
    expect(await stopped).toBe(0);
  },
);

async function listening(onConnection: (socket: Socket) => void = () => {}): Promise<Server> {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function undoLast(url: string): Promise<void> {
  const dataSource = createMigratingDataSource(url);
  await dataSource.initialize();
  await dataSource.undoLastMigration();
  await dataSource.destroy();
}
