import { sessionCookies } from '../environment.mjs';
import { atMost } from '../figures.mjs';
import { compete } from '../load.mjs';

const FEW = 10_000;
const PATH = '/api/auth/get-session';

/** The same server on a table of ten thousand sessions and on one of millions, asked for any of them. */
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
  // One connection, so that the time is that of a request and not of a queue.
  const { rate, p99, ratio } = await compete(contestants, { ...size, connections: 1 });
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  const [few, most] = contestants.map(({ name }) => name);
  return {
    title: 'get-session, few sessions and many, one connection',
    bars: contestants.map(({ name }) => ({ name, rate: rate(name), p99: p99(name) })),
    figures: [atMost('time with many to time with few', 1 / ratio(most, few), 1.2)],
  };
}
