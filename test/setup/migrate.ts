import type { TestDatabase } from './database.js';

/** Runs the migrations on the database. The variables say which columns and tables the settings add. */
export async function migrate(database: TestDatabase, variables: Record<string, string>): Promise<void> {
  const migrator = process.env['TEST_MIGRATOR'] ?? '';
  const body = JSON.stringify({ DATABASE_URL: database.url, ...variables });
  const answer = await fetch(migrator, { method: 'POST', body });
  if (!answer.ok) throw new Error(await answer.text());
}
