import { sessionCookies } from '../environment.mjs';
import { atLeast } from '../figures.mjs';
import { compete } from '../load.mjs';

const SESSIONS = 1000;
const PATH = '/api/auth/list-accounts';

/** A guarded route by bearer JWT and by cookie, on the same server. */
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
    title: 'a guarded route (list-accounts), by cookie and by bearer JWT',
    bars: contestants.map(({ name }) => ({ name, rate: rate(name), p99: p99(name) })),
    figures: [atLeast('JWT to cookie', ratio('bearer JWT', 'cookie'), 0.8)],
  };
}

async function jwtOf(origin, cookie) {
  const response = await fetch(`${origin}/api/auth/token`, { headers: { cookie } });
  return (await response.json()).token;
}
