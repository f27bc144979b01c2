import { startClusters } from './clusters.mjs';
import { createTemplates } from './templates.mjs';

/** Two real PostgreSQL servers for the whole run, the newest and the oldest supported version, and a migrated database to copy. */
export default async function globalSetup() {
  globalThis.clusters = await startClusters();
  process.env.TEST_POSTGRES_18 = globalThis.clusters.newest.url;
  process.env.TEST_POSTGRES_14 = globalThis.clusters.oldest.url;
  await createTemplates([globalThis.clusters.newest.url, globalThis.clusters.oldest.url]);
}
