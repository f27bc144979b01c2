// Fails over a two-node Patroni cluster under load, with Gatehouse on a URL of both nodes: first a switchover, then the
// leader's node is killed. Prints how many requests failed, and for how long. Needs root, to become the user postgres.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../setup/free-port.mjs';
import { ADMIT_OWNER, OWNER } from '../setup/owner.mjs';
import { WITHOUT_ENV_FILE } from '../setup/without-env-file.mjs';

const BINARIES = '/usr/lib/postgresql';
const SECRET = 'a secret for one run that nobody else knows';
/** Seconds. Patroni's own defaults are 30, 10 and 10. These are the shortest time to live and what fits to it. */
const PATRONI = { ttl: 20, loop_wait: 5, retry_timeout: 5 };
/** Milliseconds between two requests. */
const EVERY = 10;
/** Milliseconds for which requests go on after the new leader was seen. */
const AFTERWARDS = 3000;
/** Sessions that are read or revoked. */
const SESSIONS = 20_000;

const missing = ['patroni', 'etcd'].filter((name) => spawnSync('which', [name]).status !== 0);
if (missing.length > 0 || !existsSync(BINARIES) || process.getuid?.() !== 0) {
  process.stderr.write('Run this as root on Debian, after: apt-get install patroni etcd-server postgresql\n');
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-patroni-'));
chmodSync(folder, 0o755);
const version = readdirSync(BINARIES).sort().at(-1) ?? '';
const idOf = (/** @type {string} */ flag) => Number(execFileSync('id', [flag, 'postgres']).toString());
const postgres = { uid: idOf('-u'), gid: idOf('-g') };

/** @type {import('node:child_process').ChildProcess[]} */
const started = [];

/**
 * @param {string} command
 * @param {string[]} given
 * @param {import('node:child_process').SpawnOptions} options
 */
function start(command, given, options = {}) {
  // Each program gets its own group, so that it can be killed together with its children.
  const child = spawn(command, given, { stdio: 'ignore', detached: true, ...options });
  started.push(child);
  return child;
}

async function startEtcd() {
  const [client, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const cluster = ['--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`];
  const clients = ['--listen-client-urls', client, '--advertise-client-urls', client];
  start('etcd', ['--data-dir', join(folder, 'etcd'), ...clients, '--listen-peer-urls', peer, ...cluster]);
  return new URL(client).host;
}

/**
 * @param {string} name
 * @param {string} etcd
 */
async function startNode(name, etcd) {
  const [address, rest] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const home = join(folder, name);
  mkdirSync(home);
  chownSync(home, postgres.uid, postgres.gid);
  const configuration = {
    scope: 'gatehouse',
    name,
    restapi: { listen: rest, connect_address: rest },
    etcd3: { host: etcd },
    bootstrap: {
      dcs: { ...PATRONI, synchronous_mode: true, postgresql: { use_pg_rewind: true } },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }],
    },
    postgresql: {
      listen: address,
      connect_address: address,
      data_dir: join(home, 'data'),
      bin_dir: join(BINARIES, version, 'bin'),
      pgpass: join(home, 'pgpass'),
      authentication: {
        superuser: { username: 'postgres', password: 'postgres' },
        replication: { username: 'replicator', password: 'replicator' },
      },
      parameters: { unix_socket_directories: home },
      pg_hba: ['host all all 127.0.0.1/32 scram-sha-256', 'host replication all 127.0.0.1/32 scram-sha-256'],
    },
  };
  const file = join(home, 'patroni.json');
  writeFileSync(file, JSON.stringify(configuration));
  const log = join(home, 'log');
  const child = start('sh', ['-c', `exec patroni ${file} > ${log} 2>&1`], {
    ...postgres,
    env: { PATH: process.env.PATH },
  });
  return { name, address, rest, child };
}

/** @typedef {Awaited<ReturnType<typeof startNode>>} Node */

/** @param {Node} node */
async function roleOf({ rest }) {
  try {
    const answer = await fetch(`http://${rest}/patroni`);
    const { state, role, sync_standby: isSynchronous } = await answer.json();
    return state === 'running' ? { role, isSynchronous: isSynchronous === true } : undefined;
  } catch {
    return undefined;
  }
}

/** @param {() => Promise<boolean>} reached */
async function until(reached) {
  for (const end = Date.now() + 60_000; !(await reached()); await sleep(100))
    assert(Date.now() < end, 'The cluster did not come up within a minute');
}

/** @param {Node} node */
const isLeader = async (node) => ['master', 'primary'].includes((await roleOf(node))?.role);
/** @param {Node} node */
const isSynchronous = async (node) => (await roleOf(node))?.isSynchronous === true;

/**
 * @param {string} url
 * @param {string} text
 */
async function administer(url, text) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}

/** @param {string[]} given */
async function run(...given) {
  const [command = '', ...rest] = given;
  const [code] = await once(
    spawn(command, rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...WITHOUT_ENV_FILE, PATH: process.env.PATH, DATABASE_URL: url },
    }),
    'close',
  );
  assert.equal(code, 0, `${given.join(' ')} ended with code ${code}`);
}

/** The next session that is read or revoked. */
let next = 1;
/** @type {string[]} */
const revoked = [];

/**
 * Sends 100 requests per second while `disturb` runs and for 3 seconds after it. In turn one reads a session and one revokes another.
 * @param {string} what
 * @param {() => Promise<void>} disturb
 */
async function measure(what, disturb) {
  /** @type {{ at: number, status: number }[]} */
  const answers = [];
  const pending = [];
  const load = { until: Infinity };
  const disturbed = disturb().then(() => (load.until = performance.now() + AFTERWARDS));
  while (performance.now() < load.until) {
    const token = `token-${next}`;
    const request = next++ % 2 ? look(token) : revoke(token);
    pending.push(request.then((status) => answers.push({ at: performance.now(), status })));
    await sleep(EVERY);
  }
  await Promise.all([disturbed, ...pending]);
  const failed = answers.filter(({ status }) => status !== 200);
  assert(
    failed.every(({ status }) => status === 503),
    'a request failed otherwise than with 503',
  );
  const times = failed.map(({ at }) => at / 1000);
  const seconds = Math.max(...times) - Math.min(...times);
  process.stdout.write(
    `${what}: ${failed.length} of ${answers.length} requests failed with 503, within ${seconds.toFixed(1)} s\n`,
  );
}

/** @param {string} token */
async function look(token) {
  const answer = await fetch(`${origin}/api/auth/get-session`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert(answer.status !== 200 || (await answer.text()) !== 'null', `${token} is gone`);
  return answer.status;
}

/** @param {string} token */
async function revoke(token) {
  const answer = await fetch(`${origin}/api/auth/revoke-session`, {
    method: 'POST',
    headers: { authorization: 'Bearer token-0', 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  await answer.text();
  if (answer.status === 200) revoked.push(token);
  return answer.status;
}

let url = '';
let origin = '';

try {
  const etcd = await startEtcd();
  const first = await startNode('one', etcd);
  await until(() => isLeader(first));
  const second = await startNode('two', etcd);
  await until(() => isSynchronous(second));
  const asSuperuser = `postgresql://postgres:postgres@${first.address}/postgres`;
  await administer(asSuperuser, 'create database gatehouse');
  await administer(asSuperuser.replace(/postgres$/, 'gatehouse'), ADMIT_OWNER);
  url = `postgresql://${OWNER}:${OWNER}@${second.address},${first.address}/gatehouse?target_session_attrs=read-write`;
  await run('node', 'node_modules/typeorm/cli.js', 'migration:run', '-d', 'dist/ormconfig.js');
  await administer(
    `postgresql://${OWNER}:${OWNER}@${first.address}/gatehouse`,
    `insert into users (id, name, email, created_at, updated_at) values ('ada', 'Ada', 'ada@example.com', now(), now());
     insert into sessions (id, user_id, token, expires_at, created_at, updated_at)
     select 'session-' || n, 'ada', 'token-' || n, now() + interval '1 day', now(), now() from generate_series(0, ${SESSIONS}) as n`,
  );
  const port = String(await freePort());
  origin = `http://localhost:${port}`;
  start(process.execPath, ['dist/src/main.js'], {
    env: {
      ...WITHOUT_ENV_FILE,
      PATH: process.env.PATH,
      DATABASE_URL: url,
      BETTER_AUTH_SECRET: SECRET,
      HOST: '127.0.0.1',
      PORT: port,
      SESSION_CACHE: 'true',
    },
  });
  await until(() =>
    fetch(`${origin}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );

  await measure('switchover', async () => {
    await sleep(1000);
    const body = JSON.stringify({ leader: first.name, candidate: second.name });
    const answer = await fetch(`http://${first.rest}/switchover`, { method: 'POST', body });
    assert.equal(answer.status, 200, await answer.text());
    await until(() => isLeader(second));
  });
  await until(() => isSynchronous(first));
  await measure(`the leader's node dies (ttl ${PATRONI.ttl} s)`, async () => {
    await sleep(1000);
    // Patroni and its PostgreSQL, as if the machine had lost its power.
    killGroup(second.child);
    killPostgres(second.name);
    await until(() => isLeader(first));
  });
  for (const token of revoked) {
    const answer = await fetch(`${origin}/api/auth/get-session`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(await answer.text(), 'null', `${token} came back, although its revocation was confirmed`);
  }
  process.stdout.write(`${revoked.length} revoked sessions: none came back\n`);
} catch (error) {
  for (const name of ['one', 'two'])
    spawnSync('tail', ['-n', '40', join(folder, name, 'log')], { stdio: 'inherit' });
  throw error;
} finally {
  for (const child of started.toReversed()) killGroup(child);
  for (const name of ['one', 'two']) killPostgres(name);
  await sleep(500);
  rmSync(folder, { recursive: true, force: true });
}

/** PostgreSQL has its own process group. @param {string} name */
function killPostgres(name) {
  const file = join(folder, name, 'data', 'postmaster.pid');
  if (!existsSync(file)) return;
  const [pid = ''] = readFileSync(file, 'utf8').split('\n');
  if (existsSync(`/proc/${pid}`)) process.kill(Number(pid), 'SIGKILL');
}

/** @param {{ readonly pid?: number | undefined }} child */
function killGroup({ pid }) {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended before.
  }
}
