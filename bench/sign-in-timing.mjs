// Tests whether the time of a refused sign-in reveals that an account exists. It compares the median of 200 sign-ins of
// unknown users with that of 200 sign-ins with a wrong password for each kind of user, in turn, on the compiled server with
// its default settings. Exits with 1 if a median differs by more than 10 %.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import { randomBytes, pbkdf2Sync, randomUUID, scryptSync } from 'node:crypto';
import pg from 'pg';
import { startClusters } from '../test/setup/clusters.mjs';
import { MIGRATED, createTemplates } from '../test/setup/templates.mjs';
import { WITHOUT_ENV_FILE } from '../test/setup/without-env-file.mjs';

const TRIES = Number(process.env.TRIES ?? 200);
/** Percent. */
const TOLERANCE = 10;
/** bcrypt cost of the costliest user. The default of new hashes is 11. */
const HIGHER_COST = 12;
const PORT = '3987';
const URL_OF = (path) => `http://127.0.0.1:${PORT}/api/auth${path}`;

const clusters = await startClusters();
const DATABASE_URL = clusters.newest.url.replace(/postgres$/, MIGRATED);
try {
  await createTemplates([clusters.newest.url]);
  const server = spawn(process.execPath, ['dist/src/main.js'], {
    env: {
      ...WITHOUT_ENV_FILE,
      PATH: process.env.PATH,
      DATABASE_URL,
      BETTER_AUTH_SECRET: 'a secret of no importance for this measurement',
      PORT,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(server.stdout, 'data');
  await post('/sign-up/email', { name: 'New', email: 'new@example.com', password: 'correct horse battery' });
  const emails = { 'new user': 'new@example.com', ...(await addUsers()) };
  // One try each first: the server learns what the stored hashes cost.
  for (const email of Object.values(emails)) await timed(email);
  const times = new Map([...Object.keys(emails), 'unknown'].map((kind) => [kind, []]));
  for (let n = 0; n < TRIES; n++) {
    times.get('unknown').push(await timed(`nobody${n}@example.com`));
    for (const [kind, email] of Object.entries(emails)) times.get(kind).push(await timed(email));
  }
  const reference = median(times.get('unknown'));
  process.stdout.write(
    `${TRIES} refused sign-ins each, medians\n  unknown user ${reference.toFixed(1)} ms\n`,
  );
  for (const [kind, all] of times) {
    if (kind === 'unknown') continue;
    const difference = (median(all) / reference - 1) * 100;
    if (Math.abs(difference) > TOLERANCE) process.exitCode = 1;
    process.stdout.write(`  ${kind.padEnd(28)} ${median(all).toFixed(1)} ms, ${difference.toFixed(1)} %\n`);
  }
  server.kill('SIGTERM');
  await once(server, 'close');
} finally {
  await clusters.stop();
}

/** Adds a user of each kind, as a migration leaves them. Returns their e-mails by kind. */
async function addUsers() {
  const salt = 'c2FsdHNhbHQ';
  const key = pbkdf2Sync('a', salt, 390_000, 32, 'sha256').toString('base64');
  const hex = randomBytes(16).toString('hex');
  const scrypt = scryptSync('a', hex, 64, { N: 16_384, r: 16, p: 1, maxmem: 2 ** 26 }).toString('hex');
  const usual = await bcrypt.hash('a', 11);
  const hashes = {
    'bcrypt of cost 4': await bcrypt.hash('a', 4),
    'bcrypt of cost 10': await bcrypt.hash('a', 10),
    [`bcrypt of cost ${HIGHER_COST}`]: await bcrypt.hash('a', HIGHER_COST),
    'scrypt of Better Auth': `${hex}:${scrypt}`,
    argon2id: await argon2.hash('a', { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
    'PBKDF2 of Django': `pbkdf2_sha256$390000$${salt}$${key}`,
    'no password': null,
    'a hash in an unknown format': '!',
    banned: usual,
  };
  const client = new pg.Client({ connectionString: DATABASE_URL });
  await client.connect();
  const emails = {};
  for (const [kind, hash] of Object.entries(hashes)) {
    const id = randomUUID();
    emails[kind] = `${id}@example.com`;
    await client.query('insert into users (id, name, email, banned) values ($1, $2, $3, $4)', [
      id,
      kind,
      emails[kind],
      kind === 'banned',
    ]);
    await client.query(
      `insert into accounts (id, user_id, provider_id, provider_user_id, password) values ($1, $1, 'credential', $1, $2)`,
      [id, hash],
    );
  }
  await client.end();
  return emails;
}

async function timed(email) {
  const start = performance.now();
  const status = await post('/sign-in/email', { email, password: 'not the password' });
  if (status !== 401) throw new Error(`Expected status 401 for the refused sign-in, got ${status}.`);
  return performance.now() - start;
}

async function post(path, body) {
  const response = await fetch(URL_OF(path), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: `http://localhost:${PORT}` },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

function median(values) {
  const sorted = values.toSorted((x, y) => x - y);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}
