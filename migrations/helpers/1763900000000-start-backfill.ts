import type { QueryRunner } from 'typeorm';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';

/**
 * Registers the backfill before its first batch, so that `down` restores its changes and the next `up` starts at the
 * first row.
 */
export async function startBackfill(
  queryRunner: QueryRunner,
  migration: string,
  name: string,
  relation: string,
): Promise<void> {
  const undoing = { migration, relation, name } as const;
  const forget = (table: string, column: string) => `delete from ${table} where ${column} = '${name}'`;
  await inTransaction(queryRunner, name, async () => {
    // An operator who switched the throttling off means the later backfills too.
    await queryRunner.query(
      `insert into gatehouse.backfills (name, throttled)
       select $1, not exists (select 1 from gatehouse.backfills where not throttled) on conflict do nothing`,
      [name],
    );
    await recordUndo(queryRunner, {
      ...undoing,
      kind: 'statement',
      statement: forget('gatehouse.backfills', 'name'),
    });
    await recordUndo(queryRunner, {
      ...undoing,
      kind: 'backfill',
      statement: forget('gatehouse.quarantine', 'backfill'),
    });
  });
}
