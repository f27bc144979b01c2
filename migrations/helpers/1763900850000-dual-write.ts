import type { QueryRunner } from 'typeorm';
import {
  createOwnFunction,
  firstSchema,
  onlyFor,
  qualified,
  SAFE_PATH,
} from './1763900000000-own-functions.js';
import { tableName } from './1763900000000-tables.js';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';

/** A function, and the triggers that call it. */
export interface DualWrite {
  /** Name of the function in the schema `gatehouse`. The triggers' names begin with `gatehouse_` and this name. */
  readonly name: string;
  /** Our name of the table. */
  readonly table: 'users' | 'accounts';
  /** Declarations of the function's variables. */
  readonly declarations?: string;
  /** Statements, in which `{users}` and `{accounts}` are our tables. They leave with `exit work`, not with `return`, because the function must first switch its setting off. */
  readonly body: string;
  /** Statements that handle a failure of `body`. Without them the failure ends the application's statement. */
  readonly onFailure?: string;
  /** Milliseconds to wait for a lock that only our trigger needs. Less than `deadlock_timeout`. */
  readonly lockTimeout: number;
  /** `events` is `before insert`, `after update of …`; `when` is a further condition. */
  readonly triggers: readonly { readonly events: string; readonly when?: string }[];
}

/** Name of these triggers in `gatehouse.quarantine`, which lists writes they could not copy. */
export const DUAL_WRITE = 'dual write';

/** For `onFailure` of a trigger on `users`: lists the failure, so that the write itself succeeds. */
export const NOTE_FAILURE = `
  insert into gatehouse.quarantine (backfill, row_id, reason) values ('${DUAL_WRITE}', new.id::text, sqlerrm)
  on conflict (backfill, row_id) do update set reason = excluded.reason;`;

/**
 * The function runs with the rights of the role that migrates, because the legacy application's role has none on our
 * tables. While it runs, the setting `gatehouse.dual_write` is on, so that its own writes start no further trigger.
 * Migrations set it too. The function sets it in its body, because only a superuser may name an unknown setting in the
 * SET clause of a function.
 */
export async function createDualWrite(
  queryRunner: QueryRunner,
  migration: string,
  { name, table, declarations = '', body, onFailure, lockTimeout, triggers }: DualWrite,
): Promise<void> {
  const schema = await firstSchema(queryRunner);
  const relation = tableName(table);
  await inTransaction(queryRunner, `create trigger ${name}`, async () => {
    const undo = { migration, kind: 'statement', relation, name: `gatehouse_${name}` } as const;
    await createOwnFunction(queryRunner, {
      signature: `${name}()`,
      definition: `returns trigger language plpgsql security definer
       ${SAFE_PATH} set timezone to 'UTC' set lock_timeout to '${lockTimeout}ms'
       as $gatehouse$
       declare
         ${declarations}
       begin
         ${onlyFor(schema, table)}
         perform set_config('gatehouse.dual_write', 'on', true);
         <<work>>
         begin
           ${qualified(body, schema)}
         ${onFailure ? `exception when others then ${onFailure}` : ''}
         end work;
         perform set_config('gatehouse.dual_write', 'off', true);
         return ${triggers.some(({ events }) => events.startsWith('before')) ? 'new' : 'null'};
       end$gatehouse$`,
    });
    await recordUndo(queryRunner, { ...undo, statement: `drop function if exists gatehouse.${name}()` });
    for (const { events, when } of triggers) {
      const trigger = `gatehouse_${name}_${events.split(' ')[1]}`;
      const foreign = `current_setting('gatehouse.dual_write', true) is distinct from 'on'`;
      await queryRunner.query(`drop trigger if exists ${trigger} on ${relation}`);
      await queryRunner.query(
        `create trigger ${trigger} ${events} on ${relation} for each row
         when (${when ? `${when} and ` : ''}${foreign}) execute function gatehouse.${name}()`,
      );
      await recordUndo(queryRunner, {
        ...undo,
        statement: `drop trigger if exists ${trigger} on ${relation}`,
      });
    }
  });
}

/** SQL that saves what the legacy application wrote, for `down`. `was` and `became` are SQL of JSON objects. */
export function keepOriginal(was: string, became: string): string {
  return `
    insert into gatehouse.original_values as kept (relation, row_id, was, became)
    values ('users', new.id::text, ${was}, ${became})
    on conflict (relation, row_id) do update
    set was = kept.was || excluded.was, became = kept.became || excluded.became;`;
}
