import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { createMigratingDataSource } from '../../src/migrating/migrating-data-source.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, type Member } from '../setup/people.js';

let database: TestDatabase;
let network: Network;
let gatehouse: Gatehouse;
let client: BrowserLikeClient;
let member: Member;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  network = await startNetwork(database.url);
  gatehouse = await startGatehouse({ DATABASE_URL: network.url }, database);
  client = new BrowserLikeClient(gatehouse.origin);
  member = await aMember(gatehouse);
});

afterAll(async () => {
  await gatehouse.stop();
  await network.cut();
  await database.drop();
});

async function health() {
  const [live, ready] = await Promise.all([client.get('/health/live'), client.get('/health/ready')]);
  return { live: live.status, ready: ready.status, body: ready.json() };
}

const READY = { live: 200, ready: 200, body: { status: 'ok' } };
const notReady = (check: string) => ({ live: 200, ready: 503, body: { status: 'unavailable', check } });

test('a server with a migrated database is live and ready', async () =>
  expect(await health()).toEqual(READY));

test('the server replaces connections that the database ends, and no request fails', async () => {
  await database.administer(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await new Promise((done) => setTimeout(done, 100));
  expect(await health()).toEqual(READY);
  expect((await member.client.get('/api/auth/get-session')).json()).toMatchObject({
    user: { id: member.id },
  });
});

test('without its database the server is live but not ready, answers 503, and recovers by itself', async () => {
  await network.cut();
  expect(await health()).toEqual(notReady('database unreachable'));
  expect(await member.client.get('/api/auth/list-accounts')).toMatchObject({ status: 503 });
  await network.repair();
  expect(await health()).toEqual(READY);
  expect((await member.client.get('/api/auth/list-accounts')).status).toBe(200);
});

test('reports within 5 seconds that the database no longer answers', async () => {
  network.freeze();
  const asked = Date.now();
  expect(await health()).toEqual(notReady('database unreachable'));
  expect(Date.now() - asked).toBeLessThan(5000);
  await network.cut();
  await network.repair();
  expect(await health()).toEqual(READY);
});

test('a server is not ready after a migration was reverted', async () => {
  const dataSource = createMigratingDataSource(database.url);
  await dataSource.initialize();
  await dataSource.undoLastMigration();
  expect(await health()).toEqual(notReady('migrations pending'));
  await dataSource.runMigrations();
  await dataSource.destroy();
  expect(await health()).toEqual(READY);
});

/** A proxy between server and database that can fail. */
interface Network {
  readonly url: string;
  /** Ends all connections and refuses new ones. */
  cut(): Promise<void>;
  repair(): Promise<void>;
  /** Keeps connections open, but passes no data. */
  freeze(): void;
}

async function startNetwork(databaseUrl: string): Promise<Network> {
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
    async repair() {
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
