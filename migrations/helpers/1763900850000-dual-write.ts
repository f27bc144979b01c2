import type { QueryRunner } from 'typeorm';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';

/** A function, and the triggers that call it. */
export interface DualWrite {
  readonly name: string;
  readonly table: string;
  readonly body: string;
  /** Milliseconds to wait for a lock that only our trigger needs. Less than `deadlock_timeout`. */
  readonly lockTimeout: number;
  /** `events` is `before insert`, `after update of …`; `when` is a further condition. */
  readonly triggers: readonly { readonly events: string; readonly when?: string }[];
}

/** Name of these triggers in `gatehouse_quarantine`, which lists writes they could not copy. */
export const DUAL_WRITE = 'dual write';

/** For the exception handler of a trigger on `users`: lists the failure, so that the write itself succeeds. */
export const NOTE_FAILURE = `
  insert into gatehouse_quarantine (backfill, row_id, reason) values ('${DUAL_WRITE}', new.id::text, sqlerrm)
  on conflict (backfill, row_id) do update set reason = excluded.reason;`;

/**
 * The function runs with the rights of the role that migrates, because the legacy application's role has none on our
 * tables. While it runs, the setting `gatehouse.dual_write` is on, so that its own writes start no further trigger.
 * Migrations set it too.
 */
export async function createDualWrite(
  queryRunner: QueryRunner,
  migration: string,
  { name, table, body, lockTimeout, triggers }: DualWrite,
): Promise<void> {
  const [{ schema }] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as [
    { schema: string },
  ];
  await inTransaction(queryRunner, `create trigger ${name}`, async () => {
    const undo = { migration, kind: 'statement', relation: table, name } as const;
    await queryRunner.query(
      `create or replace function ${name}() returns trigger language plpgsql security definer
       set search_path to ${schema}, pg_temp set timezone to 'UTC' set lock_timeout to '${lockTimeout}ms'
       set gatehouse.dual_write to 'on'
       as $gatehouse$${body}$gatehouse$`,
    );
    await recordUndo(queryRunner, { ...undo, statement: `drop function if exists ${name}()` });
    for (const { events, when } of triggers) {
      const trigger = `${name}_${events.split(' ')[1]}`;
      const foreign = `current_setting('gatehouse.dual_write', true) is distinct from 'on'`;
      await queryRunner.query(`drop trigger if exists ${trigger} on ${table}`);
      await queryRunner.query(
        `create trigger ${trigger} ${events} on ${table} for each row
         when (${when ? `${when} and ` : ''}${foreign}) execute function ${name}()`,
      );
      await recordUndo(queryRunner, {
        ...undo,
        statement: `drop trigger if exists ${trigger} on ${table}`,
      });
    }
  });
}

/** SQL that saves what the legacy application wrote, for `down`. `was` and `became` are SQL of JSON objects. */
export function keepOriginal(was: string, became: string): string {
  return `
    insert into gatehouse_original_values as kept (relation, row_id, was, became)
    values ('users', new.id::text, ${was}, ${became})
    on conflict (relation, row_id) do update
    set was = kept.was || excluded.was, became = kept.became || excluded.became;`;
}
