import { sessionCookies } from '../environment.mjs';
import { atMost, median } from '../figures.mjs';
import { load } from '../load.mjs';

const SESSIONS = 100_000;
const STEPS = 10;

/** Measures the resident memory with the cache on, while requests come for different sessions all the time. */
export async function memory(environment, { requests }) {
  const url = await environment.database('memory', SESSIONS);
  const server = await environment.server('gatehouse', url, { SESSION_CACHE: 'true' });
  const cookies = sessionCookies(20_000, SESSIONS);
  const resident = [await server.memory()];
  for (let step = 0; step < STEPS; step++) {
    await load({
      origin: server.origin,
      path: '/api/auth/get-session',
      headers: cookies.slice(step * 2000, (step + 1) * 2000).map((cookie) => ({ cookie })),
      amount: requests / STEPS,
    });
    resident.push(await server.memory());
  }
  await server.stop();
  const [early, late] = [resident.slice(4, 7), resident.slice(8)].map(median);
  return {
    title: `resident memory over ${requests.toLocaleString('en')} requests`,
    figures: [
      atMost('maximum', Math.max(...resident), 150, 'MiB'),
      atMost('last fifth / middle', late / early, 1.05),
    ],
    notes: [
      `MiB at the start and after each tenth of the requests: ${resident.map((each) => each.toFixed(0)).join(' ')}`,
    ],
  };
}
