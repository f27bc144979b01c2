import { sessionCookies } from '../environment.mjs';
import { atLeast } from '../figures.mjs';
import { compete } from '../load.mjs';

/** Ten for each user. */
const SESSIONS = 10_000;
const USERS = SESSIONS / 10;

/** The first sessions belong to different users. */
const cookies = sessionCookies(USERS, USERS);

const reads = (path) => () => cookies.map((cookie) => ({ path, headers: { cookie } }));

/** Two requests for each user with two names, so that every request changes the name. */
const renames = (path) => (origin) =>
  cookies.flatMap((cookie) =>
    ['Ada', 'Grace'].map((name) => ({
      method: 'POST',
      path,
      headers: { cookie, origin, 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    })),
  );

/**
 * Routes that a front end asks often, besides get-session with a session: the requests to an origin, and how many times
 * the throughput of better-auth is wanted.
 */
export const ROUTES = {
  'list-sessions': { target: 8, requestsTo: reads('/api/auth/list-sessions') },
  'list-accounts': { target: 8, requestsTo: reads('/api/auth/list-accounts') },
  'update-user': { target: 5, requestsTo: renames('/api/auth/update-user') },
  token: { target: 12, requestsTo: reads('/api/auth/token'), rival: { PLUGINS: 'true' } },
  'no-session': { target: 15, requestsTo: () => [{ path: '/api/auth/get-session' }] },
};

export const routes = Object.fromEntries(
  Object.entries(ROUTES).map(([name, route]) => [name, (...args) => row(name, route, ...args)]),
);

async function row(title, { target, requestsTo, rival }, environment, size) {
  const url = await environment.database(title.replace('-', '_'), SESSIONS);
  const servers = {
    'better-auth': await environment.server('better-auth', url, rival),
    Gatehouse: await environment.server('gatehouse', url),
  };
  const contestants = Object.entries(servers).map(([name, { origin }]) => ({
    name,
    target: { origin, requests: requestsTo(origin) },
  }));
  const { rate, p99, ratio } = await compete(contestants, size);
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  return {
    title: `${title === 'no-session' ? 'get-session without a cookie' : title}, 16 connections`,
    bars: contestants.map(({ name }) => ({ name, rate: rate(name), p99: p99(name) })),
    figures: [atLeast('throughput to better-auth', ratio('Gatehouse', 'better-auth'), target)],
  };
}
