import { sessionCookies } from '../environment.mjs';
import { atLeast } from '../figures.mjs';
import { compete } from '../load.mjs';

const SESSIONS = 1000;
const CLIENTS = 100;
const PATH = '/api/auth/get-session';

/** Compares `get-session` with Better Auth's cookie cache (compact). Each server gets the cookies that it has set itself. */
export async function cookieCache(environment, size) {
  const url = await environment.database('cookie_cache', SESSIONS);
  const servers = {
    'better-auth': await environment.server('better-auth', url, { COOKIE_CACHE: 'true' }),
    Gatehouse: await environment.server('gatehouse', url, {
      SESSION_COOKIE_CACHE_ENABLED: 'true',
      SESSION_COOKIE_CACHE_MAX_AGE: '3600',
      DISABLE_SETTING_JWT_HEADER: 'true',
    }),
  };
  const contestants = [];
  for (const [name, { origin }] of Object.entries(servers)) {
    const headers = await Promise.all(
      sessionCookies(CLIENTS, SESSIONS).map(async (cookie) => ({ cookie: await withCache(origin, cookie) })),
    );
    contestants.push({ name, target: { origin, path: PATH, headers } });
  }
  const { rate, p99, ratio } = await compete(contestants, size);
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  return {
    title: 'get-session, cookie cache (compact), 16 connections',
    bars: contestants.map(({ name }) => ({ name, rate: rate(name), p99: p99(name) })),
    figures: [atLeast('throughput / better-auth', ratio('Gatehouse', 'better-auth'), 5)],
  };
}

async function withCache(origin, cookie) {
  const response = await fetch(origin + PATH, { headers: { cookie } });
  const data = response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .filter((pair) => pair.includes('session_data'));
  if (data.length === 0) throw new Error(`The answer of ${origin} has no session_data cookie.`);
  return [cookie, ...data].join('; ');
}
