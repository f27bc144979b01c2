import { fork } from 'node:child_process';
import { once } from 'node:events';
import bcrypt from 'bcrypt';
import { BCRYPT_COST, PASSWORD, sessionCookies } from '../environment.mjs';
import { atMost, median } from '../figures.mjs';
import { load } from '../load.mjs';

const SESSIONS = 10_000;
const SIGN_INS = 8;
/** Requests that do not count, because V8 has not compiled the path yet. */
const WARM_UP = 10;
/** The requests that are measured while others sign in. */
const READS = { path: '/api/auth/get-session', connections: 4 };

/**
 * What sign-in and sign-up cost beyond their hash, and how eight people who never stop signing in slow down others. The hash is
 * computed by a bare HTTP server, because a request to a process that waited for 100 ms takes 10 to 15 ms on this kind of
 * machine, whatever the server does. The same hash without HTTP is printed beside it.
 */
export async function signIn(environment, { rounds, seconds }) {
  const url = await environment.database('sign_in', SESSIONS);
  const server = await environment.server('gatehouse', url);
  const rival = await environment.server('better-auth', url);
  const hash = await bcrypt.hash(PASSWORD, BCRYPT_COST);
  const bare = await environment.server('hash', url, {
    PASSWORD,
    STORED_HASH: hash,
    BCRYPT_COST: String(BCRYPT_COST),
  });
  const headers = sessionCookies(1000, SESSIONS).map((cookie) => ({ cookie }));
  const contestants = {
    'better-auth, sign-in': (n) => signInAt(rival.origin, n),
    'Gatehouse, sign-in': (n) => signInAt(server.origin, n),
    'node:http and one comparison': () => get(`${bare.origin}/compare`),
    'one comparison without HTTP': () => bcrypt.compare(PASSWORD, hash),
    'better-auth, sign-up': (n) => signUpAt(rival.origin, `rival${n}`),
    'Gatehouse, sign-up': (n) => signUpAt(server.origin, `ours${n}`),
    'node:http and one hash': () => get(`${bare.origin}/hash`),
    'one hash without HTTP': () => bcrypt.hash(PASSWORD, BCRYPT_COST),
  };
  const times = await timesOf(contestants, rounds * 8);
  const ratio = (name, other) => median(times[name].map((time, n) => time / times[other][n]));
  const latencies = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    latencies.ours.push(await whileSigningIn(server.origin, headers, seconds));
    latencies.theirs.push(await whileSigningIn(rival.origin, headers, seconds));
  }
  await Promise.all([server.stop(), rival.stop(), bare.stop()]);
  const describe = ({ idle, busy }) => `${idle.toFixed(1)} ms idle, ${busy.toFixed(1)} ms during sign-ins`;
  const middle = (each) => ({
    idle: median(each.map(({ idle }) => idle)),
    busy: median(each.map(({ busy }) => busy)),
  });
  return {
    title: 'sign-in and sign-up by e-mail, one after the other',
    bars: Object.entries(times).map(bar),
    figures: [
      atMost(
        'sign-in / plain HTTP server with one bcrypt comparison',
        ratio('Gatehouse, sign-in', 'node:http and one comparison'),
        1.07,
      ),
      atMost(
        'sign-up / plain HTTP server with one bcrypt hash',
        ratio('Gatehouse, sign-up', 'node:http and one hash'),
        1.07,
      ),
      atMost(
        `get-session p99 during ${SIGN_INS} parallel sign-ins / idle`,
        median(latencies.ours.map(({ idle, busy }) => busy / idle)),
        2,
      ),
    ],
    notes: [
      `without HTTP: sign-in ${ratio('Gatehouse, sign-in', 'one comparison without HTTP').toFixed(2)} times one comparison, sign-up ${ratio('Gatehouse, sign-up', 'one hash without HTTP').toFixed(2)} times one hash`,
      `get-session p99: Gatehouse ${describe(middle(latencies.ours))}; better-auth ${describe(middle(latencies.theirs))}`,
    ],
  };
}

const bar = ([name, times]) => ({ name, rate: 1000 / median(times), p99: Math.max(...times) });

/** The contestants take turns. Returns the milliseconds of each turn, by contestant. */
async function timesOf(contestants, turns) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let n = -WARM_UP; n < turns; n++) {
    for (const [name, work] of Object.entries(contestants)) {
      const time = await timed(() => work(n));
      if (n >= 0) times[name].push(time);
    }
  }
  return times;
}

async function whileSigningIn(origin, headers, seconds) {
  const idle = await load({ ...READS, origin, headers, seconds });
  const visitors = fork(new URL('../sign-ins.mjs', import.meta.url), [origin, String(SIGN_INS)]);
  await once(visitors, 'message');
  const busy = await load({ ...READS, origin, headers, seconds });
  visitors.kill();
  await once(visitors, 'close');
  return { idle: idle.p99, busy: busy.p99 };
}

const signInAt = (origin, n) =>
  post(origin, 'sign-in', { email: `user${(Math.abs(n) % 1000) + 1}@example.com`, password: PASSWORD });

const signUpAt = (origin, name) =>
  post(origin, 'sign-up', { name, email: `${name}@example.com`, password: PASSWORD });

async function get(url) {
  const response = await fetch(url);
  await response.arrayBuffer();
}

async function post(origin, what, body) {
  const response = await fetch(`${origin}/api/auth/${what}/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${what} was answered with ${response.status}`);
}

async function timed(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
