import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD } from '../environment.mjs';
import { atLeast, median } from '../figures.mjs';

const SESSIONS = 10_000;
const KINDS = [
  { name: 'better-auth', kind: 'better-auth' },
  { name: 'Gatehouse', kind: 'gatehouse' },
];
/** Connections that sign in without pause, to find out what the server can do. With more the figure stays the same. */
const SATURATING = 16;
/** Sign-ins that come, to those that the server can do. */
const OVERLOAD = 2;
/** Milliseconds after which a visitor leaves. */
const PATIENCE = 8000;
/** Seconds of overload before the measurement, so that the queue is as long as it gets. */
const FILLING = 12;
/** Seconds of each measurement, to a second of --seconds. */
const LONGER = 4;

/**
 * Sign-ins that come twice as fast as the server can hash, whether it answers or not. Their visitors leave after some
 * seconds. Counts the sign-ins that succeed before that.
 */
export async function overload(environment, { rounds, seconds }) {
  const url = await environment.database('overload', SESSIONS);
  const rounded = Object.fromEntries(KINDS.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, kind } of KINDS) {
      // A new server each time, because better-auth goes on hashing for visitors that have left.
      const server = await environment.server(kind, url);
      await saturated(server.origin, 2);
      const capacity = await saturated(server.origin, seconds * LONGER);
      const counts = await overloaded(server.origin, capacity * OVERLOAD, seconds * LONGER);
      rounded[name].push({ capacity, ...counts });
      await server.stop();
    }
  }
  const middle = (name, figure) => median(rounded[name].map((each) => each[figure]));
  const part = (name) => median(rounded[name].map(({ rate, capacity }) => rate / capacity));
  return {
    title: `sign-ins at ${OVERLOAD} times the capacity, ${PATIENCE / 1000} s of patience`,
    bars: [],
    figures: [atLeast('completed / capacity', part('Gatehouse'), 0.9)],
    notes: KINDS.map(
      ({ name }) =>
        `${name}: ${part(name).toFixed(2)} of its capacity. Alone ${middle(name, 'capacity').toFixed(1)} sign-ins/s; ` +
        `overloaded ${middle(name, 'rate').toFixed(1)}/s succeed, ${middle(name, 'refused').toFixed(1)}/s get 503, ` +
        `${middle(name, 'left').toFixed(1)}/s leave`,
    ),
  };
}

let visitors = 0;

/**
 * Each visitor has a connection of their own. `fetch` would take more of the processors that the server hashes on.
 * @returns the status of the answer, or undefined if the visitor left before it came.
 */
function signIn(origin) {
  const email = `user${(visitors++ % 1000) + 1}@example.com`;
  const headers = { 'content-type': 'application/json', origin };
  return new Promise((done) => {
    const asked = request(
      `${origin}/api/auth/sign-in/email`,
      { method: 'POST', headers, agent: false },
      (answer) => {
        answer.resume();
        answer.once('end', () => done(answer.statusCode));
      },
    );
    const leaving = setTimeout(() => asked.destroy(), PATIENCE);
    asked.once('close', () => {
      clearTimeout(leaving);
      done(undefined);
    });
    asked.on('error', () => {});
    asked.end(JSON.stringify({ email, password: PASSWORD }));
  });
}

/** Sign-ins per second of visitors who come one after the other, on a few connections. */
async function saturated(origin, seconds) {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const comeAgain = async () => {
    while (performance.now() < end) if ((await signIn(origin)) === 200) count++;
  };
  await Promise.all(Array.from({ length: SATURATING }, comeAgain));
  return count / seconds;
}

/** What happens per second while `rate` visitors come every second. */
async function overloaded(origin, rate, seconds) {
  const begin = performance.now();
  const [from, to] = [begin + FILLING * 1000, begin + (FILLING + seconds) * 1000];
  const counts = { rate: 0, refused: 0, left: 0 };
  const visit = async () => {
    const status = await signIn(origin);
    const now = performance.now();
    if (now < from || now >= to) return;
    counts[status === 200 ? 'rate' : status === 503 ? 'refused' : 'left']++;
  };
  const all = [];
  for (let n = 0; performance.now() < to; n++) {
    all.push(visit());
    await sleep(Math.max(0, begin + ((n + 1) * 1000) / rate - performance.now()));
  }
  await Promise.all(all);
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / seconds]));
}
