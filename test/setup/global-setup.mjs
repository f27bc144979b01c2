import { startClusters } from './clusters.mjs';
import { createTemplates } from './templates.mjs';

/** Starts the newest and the oldest supported PostgreSQL for the whole run, each with a migrated database to copy. */
export default async function globalSetup() {
  globalThis.clusters = await startClusters();
  process.env.TEST_POSTGRES_18 = globalThis.clusters.newest.url;
  process.env.TEST_POSTGRES_14 = globalThis.clusters.oldest.url;
  await createTemplates([globalThis.clusters.newest.url, globalThis.clusters.oldest.url]);
}
