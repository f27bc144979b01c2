// What the legacy application notices of a migration.
import { atMost, shown } from '../figures.mjs';
import { migrate } from './chain.mjs';
import { createLegacyDatabase, withCopy } from './legacy-database.mjs';
import { legacyTraffic } from './legacy-traffic.mjs';

export async function liveTable(server, { users, seconds }) {
  await createLegacyDatabase(server, users);
  return await withCopy(server, users, async (url) => {
    const still = () => legacyTraffic(url, users, new Promise((done) => setTimeout(done, seconds * 1000)));
    // The first round warms the cache for the second.
    await still();
    const before = await still();
    const during = await legacyTraffic(url, users, migrate(url));
    return {
      title: `The whole chain on ${users.toLocaleString('en')} users, while the legacy application asks 50 times a second`,
      figures: [
        atMost('requests that failed', during.failures.length, 0, ''),
        atMost('their p99 to that without a migration', during.p99 / before.p99, 3),
        atMost('longest wait for a lock', during.longestWait, 1000, 'ms'),
        atMost('memory of the process', during.result.memory, 200, 'MB'),
      ],
      notes: [
        `p99 ${shown(before.p99)} ms without and ${shown(during.p99)} ms with a migration of ${shown(during.result.whole)} s, ${during.requests} requests`,
        ...new Set(during.failures),
      ],
    };
  });
}
