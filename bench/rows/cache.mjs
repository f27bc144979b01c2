import { sessionCookies } from '../environment.mjs';
import { atLeast } from '../figures.mjs';
import { compete } from '../load.mjs';

const SESSIONS = 10_000;
const PATH = '/api/auth/get-session';

/**
 * Compares `get-session` with `SESSION_CACHE=true` to Better Auth without a cache, because Better Auth has no cache that a
 * revocation clears.
 */
export async function cache(environment, size) {
  const url = await environment.database('cache', SESSIONS);
  const headers = sessionCookies(1000, SESSIONS).map((cookie) => ({ cookie }));
  const servers = {
    'better-auth': await environment.server('better-auth', url),
    Gatehouse: await environment.server('gatehouse', url, {
      SESSION_CACHE: 'true',
      DISABLE_SETTING_JWT_HEADER: 'true',
    }),
    'Gatehouse, set-auth-jwt': await environment.server('gatehouse', url, { SESSION_CACHE: 'true' }),
    'constant JSON': await environment.server('constant', url),
  };
  const contestants = Object.entries(servers).map(([name, { origin }]) => ({
    name,
    target: { origin, path: PATH, headers },
  }));
  const { rate, p99, ratio } = await compete(contestants, size);
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  return {
    title: 'get-session, SESSION_CACHE=true, 16 connections',
    bars: contestants.map(({ name }) => ({ name, rate: rate(name), p99: p99(name) })),
    figures: [
      atLeast('throughput / better-auth', ratio('Gatehouse', 'better-auth'), 25),
      atLeast('throughput / constant JSON', ratio('Gatehouse', 'constant JSON'), 0.7),
    ],
  };
}
