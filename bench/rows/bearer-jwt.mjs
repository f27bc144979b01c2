import { sessionCookies } from '../environment.mjs';
import { atLeast } from '../figures.mjs';
import { compete } from '../load.mjs';

const SESSIONS = 1000;
const PATH = '/api/auth/list-accounts';

/** Compares a guarded route with a bearer JWT and with a cookie, on the same server. */
export async function bearerJwt(environment, size) {
  const url = await environment.database('bearer_jwt', SESSIONS);
  const server = await environment.server('gatehouse', url);
  const cookies = sessionCookies(100, SESSIONS);
  const contestants = [
    { name: 'cookie', headers: cookies.map((cookie) => ({ cookie })) },
    {
      name: 'bearer JWT',
      headers: await Promise.all(
        cookies.map(async (cookie) => ({ authorization: `Bearer ${await jwtOf(server.origin, cookie)}` })),
      ),
    },
  ].map(({ name, headers }) => ({ name, target: { origin: server.origin, path: PATH, headers } }));
  const { rate, p99, ratio } = await compete(contestants, size);
  await server.stop();
  return {
    title: 'list-accounts, a guarded route, with a cookie and with a bearer JWT',
    bars: contestants.map(({ name }) => ({ name, rate: rate(name), p99: p99(name) })),
    figures: [atLeast('throughput with JWT / with cookie', ratio('bearer JWT', 'cookie'), 0.8)],
  };
}

async function jwtOf(origin, cookie) {
  const response = await fetch(`${origin}/api/auth/token`, { headers: { cookie } });
  return (await response.json()).token;
}
