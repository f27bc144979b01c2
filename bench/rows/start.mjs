import { atMost, median } from '../figures.mjs';

/** Measures the time from the start of the process to the first 200 of `/health/ready`, on a migrated database. */
export async function start(environment, { rounds }) {
  const url = await environment.database('start', 1000);
  const times = { gatehouse: [], 'better-auth': [] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of Object.keys(times)) {
      const server = await environment.server(kind, url);
      times[kind].push(server.startedIn);
      await server.stop();
    }
  }
  return {
    title: 'time from start to ready, migrated database',
    figures: [atMost('median', median(times.gatehouse) / 1000, 1.5, 's')],
    notes: [
      `median of better-auth until its first answer: ${(median(times['better-auth']) / 1000).toFixed(2)} s`,
    ],
  };
}
