import { sessionCookies } from '../environment.mjs';
import { atLeast } from '../figures.mjs';
import { compete } from '../load.mjs';

const SESSIONS = 10_000;
const PATH = '/api/auth/get-session';

export const SIX_PLUGINS = 'admin,organization,two-factor,username,passkey,api-key';

/** Compares `get-session` when both servers have the same six plugins, without and with `SESSION_CACHE`. */
export async function plugins(environment, size) {
  const url = await environment.database('plugins', SESSIONS);
  await environment.migrate(url, { PLUGINS: SIX_PLUGINS });
  const headers = sessionCookies(1000, SESSIONS).map((cookie) => ({ cookie }));
  const settings = { PLUGINS: SIX_PLUGINS, DISABLE_SETTING_JWT_HEADER: 'true' };
  const servers = {
    'better-auth': await environment.server('better-auth', url, { HOSTED_PLUGINS: SIX_PLUGINS }),
    Gatehouse: await environment.server('gatehouse', url, settings),
    'Gatehouse, SESSION_CACHE': await environment.server('gatehouse', url, {
      ...settings,
      SESSION_CACHE: 'true',
    }),
  };
  const contestants = Object.entries(servers).map(([name, { origin }]) => ({
    name,
    target: { origin, path: PATH, headers },
  }));
  const { rate, p99, ratio } = await compete(contestants, size);
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  return {
    title: `get-session with ${SIX_PLUGINS}, 16 connections`,
    bars: contestants.map(({ name }) => ({ name, rate: rate(name), p99: p99(name) })),
    figures: [
      atLeast('throughput / better-auth', ratio('Gatehouse', 'better-auth'), 7),
      atLeast(
        'throughput with SESSION_CACHE / better-auth',
        ratio('Gatehouse, SESSION_CACHE', 'better-auth'),
        25,
      ),
    ],
  };
}
