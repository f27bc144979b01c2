// The environment of all measurements: a new PostgreSQL with Gatehouse's migrations, users and sessions. Each server runs in
// its own process.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import bcrypt from 'bcrypt';
import pg from 'pg';
import { processorTime } from './processor-time.mjs';
import { freePort } from '../test/setup/free-port.mjs';
import { startClusters } from '../test/setup/clusters.mjs';
import { MIGRATED, createTemplates } from '../test/setup/templates.mjs';
import { WITHOUT_ENV_FILE } from '../test/setup/without-env-file.mjs';

/** Milliseconds in which a server must answer. */
const READY_WITHIN = 30_000;
const SECRET = 'a secret of no importance for this measurement';
export const PASSWORD = 'correct horse battery';
export const BCRYPT_COST = 11;

export async function startEnvironment() {
  const clusters = await startClusters();
  try {
    await createTemplates([clusters.newest.url]);
  } catch (error) {
    await clusters.stop();
    throw error;
  }
  const running = new Set();
  return {
    database: (name, sessions) => createDatabase(clusters.newest.url, name, sessions),
    migrate,
    query,
    async server(kind, url, settings = {}, flags = []) {
      const server = await startServer(kind, url, settings, flags);
      running.add(server);
      return server;
    },
    async stop() {
      await Promise.all([...running].map((server) => server.stop()));
      await clusters.stop();
    },
  };
}

/** Creates a migrated database with this number of sessions, and one user for every ten sessions. */
async function createDatabase(server, name, sessions) {
  await query(server, `create database ${name} template ${MIGRATED}`);
  const url = server.replace(/postgres$/, name);
  const users = Math.max(1, Math.ceil(sessions / 10));
  const hash = await bcrypt.hash(PASSWORD, BCRYPT_COST);
  await query(
    url,
    `insert into users (id, name, email) select 'user' || n, 'User ' || n, 'user' || n || '@example.com'
       from generate_series(1, ${users}) n`,
  );
  await query(
    url,
    `insert into accounts (id, user_id, provider_id, provider_user_id, password)
     select 'account' || n, 'user' || n, 'credential', 'user' || n, '${hash}' from generate_series(1, least(${users}, 1000)) n`,
  );
  await query(
    url,
    `insert into sessions (id, user_id, token, expires_at, ip_address, user_agent)
     select 'session' || n, 'user' || (n - 1) % ${users} + 1, 'token' || lpad(n::text, 27, '0'), now() + interval '7 days',
            '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
       from generate_series(1, ${sessions}) n`,
  );
  await query(url, 'vacuum analyze');
  return url;
}

/** Runs `migration:run`, with variables that say which columns and tables the settings add. */
async function migrate(url, variables) {
  const program = ['node_modules/typeorm/cli.js', 'migration:run', '-d', 'dist/ormconfig.js'];
  const child = spawn(process.execPath, program, {
    env: { ...WITHOUT_ENV_FILE, PATH: process.env.PATH, DATABASE_URL: url, ...variables },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`migration:run ended with code ${code}.`);
  await query(url, 'vacuum analyze');
}

async function query(url, text) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

/** Cookies for `count` of the `total` sessions, evenly spread. */
export function sessionCookies(count, total) {
  return Array.from({ length: count }, (_, n) => {
    const token = `token${String(1 + Math.floor((n * total) / count)).padStart(27, '0')}`;
    const signature = createHmac('sha256', SECRET).update(token).digest('base64');
    return `better-auth.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
  });
}

const { scripts } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

/** The flags that `npm run start:prod` gives to Node. */
const SERVER_FLAGS = scripts['start:prod'].split(' ').filter((word) => word.startsWith('--'));

const PROGRAMS = {
  gatehouse: 'dist/src/main.js',
  'better-auth': 'bench/servers/better-auth.mjs',
  'nestjs-better-auth': 'bench/servers/nestjs-better-auth.mjs',
  statement: 'bench/servers/statement.mjs',
  constant: 'bench/servers/constant.mjs',
  hash: 'bench/servers/hash.mjs',
};

/** Starts a server and waits until it answers. `startedIn` is the time until then in milliseconds. */
async function startServer(kind, url, settings, flags) {
  const port = await freePort();
  const begin = performance.now();
  const child = spawn(
    process.execPath,
    [...(kind === 'gatehouse' ? SERVER_FLAGS : []), ...flags, PROGRAMS[kind]],
    {
      env: {
        ...WITHOUT_ENV_FILE,
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        DATABASE_URL: url,
        BETTER_AUTH_SECRET: SECRET,
        BETTER_AUTH_URL: `http://127.0.0.1:${port}`,
        HOST: '127.0.0.1',
        PORT: String(port),
        // All requests come from one address, so the rate limit would refuse most of them.
        RATE_LIMIT_ENABLED: 'false',
        ...settings,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const closed = new Promise((done) => child.once('close', done));
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(`${origin}${kind === 'gatehouse' ? '/health/ready' : '/api/auth/get-session'}`, child);
  return {
    kind,
    origin,
    startedIn: performance.now() - begin,
    /** Resident memory in MiB. */
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    },
    processorTime: () => processorTime(child.pid),
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

async function waitUntilReady(url, child) {
  const end = performance.now() + READY_WITHIN;
  while (child.exitCode === null && performance.now() < end) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise((done) => setTimeout(done, 5));
  }
  const what = child.exitCode === null ? 'was not ready in time' : `ended with code ${child.exitCode}`;
  child.kill('SIGKILL');
  throw new Error(`${child.spawnargs.join(' ')} ${what}.`);
}
