import { startClusters } from './clusters.mjs';
import { startMigrator } from './migrator.mjs';
import { createTemplates } from './templates.mjs';
import { WITHOUT_ENV_FILE } from './without-env-file.mjs';

/** Starts the newest and the oldest supported PostgreSQL for the whole run, each with a migrated database to copy. */
export default async function globalSetup() {
  Object.assign(process.env, WITHOUT_ENV_FILE);
  globalThis.clusters = await startClusters();
  process.env.TEST_POSTGRES_18 = globalThis.clusters.newest.url;
  process.env.TEST_POSTGRES_14 = globalThis.clusters.oldest.url;
  process.env.TEST_MIGRATOR = await startMigrator();
  await createTemplates([globalThis.clusters.newest.url, globalThis.clusters.oldest.url]);
}
