import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD } from '../environment.mjs';
import { atLeast, median } from '../figures.mjs';

const SESSIONS = 10_000;
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
  const servers = {
    'better-auth': await environment.server('better-auth', url),
    Gatehouse: await environment.server('gatehouse', url),
  };
  const rounded = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, { origin }] of Object.entries(servers)) {
      await saturated(origin, 2);
      const capacity = await saturated(origin, seconds * LONGER);
      const { rate, refused, left } = await overloaded(origin, capacity * OVERLOAD, seconds * LONGER);
      rounded[name].push({ capacity, rate, refused, left });
      // Lets the server finish what is left of the overload.
      await sleep(PATIENCE);
    }
  }
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  const middle = (name, figure) => median(rounded[name].map((each) => each[figure]));
  const part = (name) => median(rounded[name].map(({ rate, capacity }) => rate / capacity));
  return {
    title: `sign-ins at ${OVERLOAD} times the capacity, ${PATIENCE / 1000} s of patience`,
    bars: [],
    figures: [atLeast('completed / capacity', part('Gatehouse'), 0.9)],
    notes: Object.keys(servers).map(
      (name) =>
        `${name}: ${part(name).toFixed(2)} of its capacity. Alone ${middle(name, 'capacity').toFixed(1)} sign-ins/s; ` +
        `overloaded ${middle(name, 'rate').toFixed(1)}/s succeed, ${middle(name, 'refused').toFixed(1)}/s get 503, ` +
        `${middle(name, 'left').toFixed(1)}/s leave`,
    ),
  };
}

let visitors = 0;

/** @returns the status of the answer, or undefined if the visitor left before it came. */
async function signIn(origin) {
  const email = `user${(visitors++ % 1000) + 1}@example.com`;
  try {
    const response = await fetch(`${origin}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ email, password: PASSWORD }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
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
