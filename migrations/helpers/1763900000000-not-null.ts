import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { inTransaction } from './1763900000000-transaction.js';

/**
 * Makes a column NOT NULL without a long lock. Validating a check constraint scans the table while reads and writes go
 * on. `statement` then needs no scan, because the check proves the condition.
 */
export async function requireNotNull(
  queryRunner: QueryRunner,
  table: string,
  column: string,
  statement: string,
): Promise<void> {
  const check = checkOf(column);
  const what = `${table}.${column} set not null`;
  const drop = () => queryRunner.query(`alter table ${quote(table)} drop constraint if exists ${check}`);
  await inTransaction(queryRunner, what, async () => {
    await drop();
    await queryRunner.query(
      `alter table ${quote(table)} add constraint ${check} check (${quote(column)} is not null) not valid`,
    );
  });
  try {
    await inTransaction(queryRunner, what, () =>
      queryRunner.query(`alter table ${quote(table)} validate constraint ${check}`),
    );
    // One transaction, so that a run that finds the column NOT NULL has nothing left to do.
    await inTransaction(queryRunner, what, async () => {
      await queryRunner.query(statement);
      await drop();
    });
  } catch (error) {
    await inTransaction(queryRunner, what, drop);
    throw error;
  }
}

/** Name of the check that an interrupted `requireNotNull` may leave behind. */
export function checkOf(column: string): string {
  return quote(`gatehouse_${column}_not_null`);
}
