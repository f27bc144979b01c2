import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { createMigratingDataSource } from '../../src/migrating/migrating-data-source.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, type Member } from '../setup/people.js';

let database: TestDatabase;
let wire: Wire;
let gatehouse: Gatehouse;
let client: BrowserLikeClient;
let member: Member;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  wire = await layWire(database.url);
  gatehouse = await startGatehouse({ DATABASE_URL: wire.url }, database);
  client = new BrowserLikeClient(gatehouse.origin);
  member = await aMember(gatehouse);
});

afterAll(async () => {
  await gatehouse.stop();
  await wire.cut();
  await database.drop();
});

async function health() {
  const [live, ready] = await Promise.all([client.get('/health/live'), client.get('/health/ready')]);
  return { live: live.status, ready: ready.status, body: ready.json() };
}

const WELL = { live: 200, ready: 200, body: { status: 'ok' } };
const unready = (check: string) => ({ live: 200, ready: 503, body: { status: 'unavailable', check } });

test('with a migrated database it is live and ready', async () => expect(await health()).toEqual(WELL));

test('connections that the database ends are replaced, and nobody notices', async () => {
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await new Promise((done) => setTimeout(done, 100));
  expect(await health()).toEqual(WELL);
  expect((await member.client.get('/api/auth/get-session')).json()).toMatchObject({
    user: { id: member.id },
  });
});

test('without its database it is live and not ready, answers 500, and recovers by itself', async () => {
  await wire.cut();
  expect(await health()).toEqual(unready('database unreachable'));
  expect(await member.client.get('/api/auth/list-accounts')).toMatchObject({ status: 500, text: '' });
  await wire.mend();
  expect(await health()).toEqual(WELL);
  expect((await member.client.get('/api/auth/list-accounts')).status).toBe(200);
});

test('a database that no longer answers is told within seconds', async () => {
  wire.freeze();
  const asked = Date.now();
  expect(await health()).toEqual(unready('database unreachable'));
  expect(Date.now() - asked).toBeLessThan(5000);
  await wire.cut();
  await wire.mend();
  expect(await health()).toEqual(WELL);
});

test('a migration that is undone while it runs makes it unready', async () => {
  const dataSource = createMigratingDataSource(database.url);
  await dataSource.initialize();
  await dataSource.undoLastMigration();
  expect(await health()).toEqual(unready('migrations pending'));
  await dataSource.runMigrations();
  await dataSource.destroy();
  expect(await health()).toEqual(WELL);
});

/** Between server and database; what it does to the one the other feels. */
interface Wire {
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Connections stay, and nothing passes. */
  freeze(): void;
}

async function layWire(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const pass = (socket: Socket) => {
    const beyond = createConnection(Number(target.port), target.hostname);
    for (const end of [socket, beyond]) {
      sockets.add(end);
      end.on('error', () => end.destroy()).on('close', () => sockets.delete(end));
    }
    socket.pipe(beyond).pipe(socket);
  };
  let server: Server = createServer(pass).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const url = new URL(databaseUrl);
  url.port = String(port);
  return {
    url: url.href,
    async cut() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
    async mend() {
      server = createServer(pass).listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
      server.removeAllListeners('connection').on('connection', (socket) => {
        sockets.add(socket.on('error', () => socket.destroy()));
      });
    },
  };
}
