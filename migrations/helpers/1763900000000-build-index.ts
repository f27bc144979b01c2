import type { QueryRunner } from 'typeorm';
import { spelt } from './1763900000000-catalogue.js';

/** True if the index is usable, false if it is not; undefined if it does not exist. */
export async function isValidIndex(
  queryRunner: QueryRunner,
  name: string,
  schema: string | null = null,
): Promise<boolean | undefined> {
  const [found] = (await queryRunner.query(
    'select indisvalid and indisready as valid from pg_index where indexrelid = to_regclass($1)',
    [spelt({ schema, name })],
  )) as { valid: boolean }[];
  return found?.valid;
}

/**
 * Runs `statement`, which creates the index concurrently, unless a valid index exists. First drops an invalid index
 * that an interrupted build left behind, because PostgreSQL never uses it and `if not exists` does not repair it.
 */
export async function buildIndex(
  queryRunner: QueryRunner,
  name: string,
  statement: string,
  schema: string | null = null,
): Promise<void> {
  const drop = `drop index concurrently if exists ${spelt({ schema, name })}`;
  const valid = await isValidIndex(queryRunner, name, schema);
  if (valid) return;
  if (valid === false) await concurrently(queryRunner, drop);
  try {
    await concurrently(queryRunner, statement);
  } catch (error) {
    await concurrently(queryRunner, drop).catch(() => {});
    throw error;
  }
}

/**
 * Runs the statement without a lock timeout, because it waits for every older transaction. Its lock lets other sessions
 * read and write meanwhile.
 */
export async function concurrently(queryRunner: QueryRunner, statement: string): Promise<void> {
  await queryRunner.query('set lock_timeout to 0');
  try {
    await queryRunner.query(statement);
  } finally {
    await queryRunner.query('reset lock_timeout').catch(() => {});
  }
}
