import { fork } from 'node:child_process';
import { once } from 'node:events';
import bcrypt from 'bcrypt';
import { PASSWORD, sessionCookies } from '../environment.mjs';
import { atMost, median } from '../figures.mjs';
import { load } from '../load.mjs';

const SESSIONS = 10_000;
const SIGN_INS = 8;
/** The requests that are measured while others sign in. */
const READS = { path: '/api/auth/get-session', connections: 4 };

/** Measures a sign-in against its hash alone, and how much eight sign-ins without pause slow get-session down. */
export async function signIn(environment, { rounds, seconds }) {
  const url = await environment.database('sign_in', SESSIONS);
  const server = await environment.server('gatehouse', url);
  const rival = await environment.server('better-auth', url);
  const hash = await bcrypt.hash(PASSWORD, 11);
  const headers = sessionCookies(1000, SESSIONS).map((cookie) => ({ cookie }));
  const ratios = [];
  const times = { gatehouse: [], 'better-auth': [], bcrypt: [] };
  for (let n = 0; n < rounds * 8; n++) {
    const alone = await timed(() => bcrypt.compare(PASSWORD, hash));
    const ours = await timed(() => post(server.origin, n));
    times.bcrypt.push(alone);
    times.gatehouse.push(ours);
    times['better-auth'].push(await timed(() => post(rival.origin, n)));
    ratios.push(ours / alone);
  }
  const latencies = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    latencies.ours.push(await whileSigningIn(server.origin, headers, seconds));
    latencies.theirs.push(await whileSigningIn(rival.origin, headers, seconds));
  }
  await Promise.all([server.stop(), rival.stop()]);
  const bar = (name) => ({ name, rate: 1000 / median(times[name]), p99: Math.max(...times[name]) });
  const describe = ({ idle, busy }) => `${idle.toFixed(1)} ms idle, ${busy.toFixed(1)} ms during sign-ins`;
  const middle = (each) => ({
    idle: median(each.map(({ idle }) => idle)),
    busy: median(each.map(({ busy }) => busy)),
  });
  return {
    title: 'sign-in by e-mail, one after the other',
    bars: ['better-auth', 'gatehouse', 'bcrypt'].map(bar),
    figures: [
      atMost('sign-in / one bcrypt comparison', median(ratios), 1.15),
      atMost(
        `get-session p99 during ${SIGN_INS} parallel sign-ins / idle`,
        median(latencies.ours.map(({ idle, busy }) => busy / idle)),
        2,
      ),
    ],
    notes: [
      `get-session p99: Gatehouse ${describe(middle(latencies.ours))}; better-auth ${describe(middle(latencies.theirs))}`,
    ],
  };
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

async function post(origin, n) {
  const response = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ email: `user${(n % 1000) + 1}@example.com`, password: PASSWORD }),
  });
  await response.arrayBuffer();
  if (response.status !== 200)
    throw new Error(`Expected status 200 for the sign-in, got ${response.status}.`);
}

async function timed(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
