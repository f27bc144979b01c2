// Measures how much a migration disturbs the queries of the legacy application.
import { atMost, shown } from '../figures.mjs';
import { migrate } from './chain.mjs';
import { createLegacyDatabase, withCopy } from './legacy-database.mjs';
import { legacyTraffic } from './legacy-traffic.mjs';

export async function liveTable(server, { users, seconds }) {
  await createLegacyDatabase(server, users);
  return await withCopy(server, users, async (url) => {
    const withoutMigration = () =>
      legacyTraffic(url, users, new Promise((done) => setTimeout(done, seconds * 1000)));
    // The first round warms the cache for the second.
    await withoutMigration();
    const before = await withoutMigration();
    const during = await legacyTraffic(url, users, migrate(url));
    return {
      title: `All migrations on ${users.toLocaleString('en')} users, with 50 queries per second of the legacy application`,
      figures: [
        atMost('failed queries', during.failures.length, 0, ''),
        atMost('p99 of queries / without a migration', during.p99 / before.p99, 3),
        atMost('longest wait for a lock', during.longestWait, 1000, 'ms'),
        atMost('memory of the process', during.result.memory, 200, 'MiB'),
      ],
      notes: [
        `p99 ${shown(before.p99)} ms without a migration, ${shown(during.p99)} ms during one of ${shown(during.result.whole)} s with ${during.requests} queries`,
        ...new Set(during.failures),
      ],
    };
  });
}
