import { sessionCookies } from '../environment.mjs';
import { atMost } from '../figures.mjs';
import { compete } from '../load.mjs';

const FEW = 10_000;
const PATH = '/api/auth/get-session';

/** Compares `get-session` on a table of 10,000 sessions and on one of millions, with cookies from the whole table. */
export async function manySessions(environment, { sessions: many, ...size }) {
  const servers = {};
  const contestants = [];
  for (const sessions of [FEW, many]) {
    const name = `${sessions.toLocaleString('en')} sessions`;
    const url = await environment.database(`sessions_${sessions}`, sessions);
    servers[name] = await environment.server('gatehouse', url, { DISABLE_SETTING_JWT_HEADER: 'true' });
    const headers = sessionCookies(10_000, sessions).map((cookie) => ({ cookie }));
    contestants.push({ name, target: { origin: servers[name].origin, path: PATH, headers } });
  }
  // One connection, so that no request waits for another.
  const { rate, p99, ratio } = await compete(contestants, { ...size, connections: 1 });
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  const [few, most] = contestants.map(({ name }) => name);
  return {
    title: 'get-session with few and with many sessions, 1 connection',
    bars: contestants.map(({ name }) => ({ name, rate: rate(name), p99: p99(name) })),
    figures: [atMost('time with many sessions / with few', 1 / ratio(most, few), 1.2)],
  };
}
