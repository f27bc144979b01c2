import { sessionCookies } from '../environment.mjs';
import { atMost, median } from '../figures.mjs';
import { load, warmUp } from '../load.mjs';
import { databaseTimes, timeBetween } from '../processor-time.mjs';

const SESSIONS = 10_000;
const PATH = '/api/auth/get-session';
const PLAIN = { DISABLE_SETTING_JWT_HEADER: 'true' };
const CONTESTANTS = [
  { name: 'better-auth', kind: 'better-auth' },
  { name: 'Gatehouse', kind: 'gatehouse', settings: PLAIN },
  { name: 'bare statement', kind: 'statement' },
  { name: 'Gatehouse, SESSION_CACHE', kind: 'gatehouse', settings: { ...PLAIN, SESSION_CACHE: 'true' } },
  { name: 'constant JSON', kind: 'constant' },
];

/**
 * Measures the microseconds of processor time that the server and PostgreSQL use for one `get-session`. This depends much
 * less than the throughput on what else the machine is doing.
 */
export async function cost(environment, { rounds, seconds }) {
  const url = await environment.database('cost', SESSIONS);
  const headers = sessionCookies(1000, SESSIONS).map((cookie) => ({ cookie }));
  const spent = new Map();
  const servers = new Map();
  for (const { name, kind, settings } of CONTESTANTS) {
    spent.set(name, []);
    servers.set(name, await environment.server(kind, url, settings));
  }
  const targetOf = (name) => ({ origin: servers.get(name).origin, path: PATH, headers });
  await warmUp(CONTESTANTS.map(({ name }) => targetOf(name)));
  for (let round = 0; round < rounds; round++) {
    for (const { name } of CONTESTANTS) {
      const server = servers.get(name);
      const [ours, postgres] = [server.processorTime(), databaseTimes('cost')];
      const { count } = await load({ ...targetOf(name), seconds });
      const times = {
        server: ((server.processorTime() - ours) / count) * 1e6,
        postgres: (timeBetween(postgres, databaseTimes('cost')) / count) * 1e6,
      };
      spent.get(name).push(times);
    }
  }
  await Promise.all([...servers.values()].map((server) => server.stop()));
  const middle = (name, part) => median(spent.get(name).map((times) => times[part]));
  const ratio = (name, other) => middle(name, 'server') / middle(other, 'server');
  return {
    title: 'get-session: processor time per request',
    figures: [
      atMost('Gatehouse / better-auth', ratio('Gatehouse', 'better-auth'), 1 / 7),
      atMost('Gatehouse / bare statement', ratio('Gatehouse', 'bare statement'), 1 / 0.85),
      atMost(
        'Gatehouse with SESSION_CACHE / constant JSON',
        ratio('Gatehouse, SESSION_CACHE', 'constant JSON'),
        1 / 0.7,
      ),
    ],
    notes: CONTESTANTS.map(
      ({ name }) =>
        `${name}: server ${middle(name, 'server').toFixed(0)} µs, PostgreSQL ${middle(name, 'postgres').toFixed(0)} µs`,
    ),
  };
}
