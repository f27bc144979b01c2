import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';

/** Whether the index may be used; undefined when there is none of this name. */
export async function isValidIndex(queryRunner: QueryRunner, name: string): Promise<boolean | undefined> {
  const [found] = (await queryRunner.query(
    'select indisvalid and indisready as valid from pg_index where indexrelid = to_regclass($1)',
    [quote(name)],
  )) as { valid: boolean }[];
  return found?.valid;
}

/**
 * Sends `statement`, which creates the index concurrently, unless there is a valid one. What an interrupted build leaves
 * behind is invalid, never used, and not repaired by `if not exists`: it is dropped first.
 */
export async function buildIndex(queryRunner: QueryRunner, name: string, statement: string): Promise<void> {
  const drop = `drop index concurrently if exists ${quote(name)}`;
  const valid = await isValidIndex(queryRunner, name);
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
 * Without the lock timeout that the URL may set: such a statement waits for every older transaction, under a lock by which
 * nobody is kept from reading and writing.
 */
export async function concurrently(queryRunner: QueryRunner, statement: string): Promise<void> {
  await queryRunner.query('set lock_timeout to 0');
  try {
    await queryRunner.query(statement);
  } finally {
    await queryRunner.query('reset lock_timeout').catch(() => {});
  }
}
