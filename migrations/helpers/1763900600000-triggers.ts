import type { QueryRunner } from 'typeorm';
import { createOwnFunction, SAFE_PATH } from './1763900000000-own-functions.js';
import { tableName } from './1763900000000-tables.js';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';
import { readUserColumns } from './1763900000000-user-columns.js';

/** A row-level BEFORE trigger `gatehouse_<name>` and its function `gatehouse.<name>`. */
export interface TriggerDefinition {
  readonly name: string;
  readonly table: string;
  readonly events: string;
  readonly when?: string;
  readonly body: string;
}

/** A revert takes back only one of the two values, and the other one is the application's own. */
const NOT_REVERTING = `current_setting('gatehouse.reverting', true) is distinct from 'on'`;

/** If a statement writes both forms and they disagree, the time wins over the flag, because it is more precise. */
export async function stepTriggers(queryRunner: QueryRunner): Promise<TriggerDefinition[]> {
  const named = await readUserColumns(queryRunner);
  return [verifiedTrigger(named('email_verified'), named('is_email_verified')), expiryTrigger()];
}

function verifiedTrigger(time: string, flag: string): TriggerDefinition {
  return {
    name: 'users_email_verified',
    table: 'users',
    events: `insert or update of ${time}, ${flag}`,
    when: `(new.${time} is not null) is distinct from new.${flag} and ${NOT_REVERTING}`,
    body: `
      begin
        if new.${time} is null and new.${flag}
           and (tg_op = 'INSERT' or new.${flag} is distinct from old.${flag})
           and (tg_op = 'INSERT' or old.${time} is null) then
          new.${time} := now();
        elsif tg_op = 'UPDATE' and not coalesce(new.${flag}, false)
              and new.${flag} is distinct from old.${flag}
              and new.${time} is not distinct from old.${time} then
          new.${time} := null;
        end if;
        new.${flag} := new.${time} is not null;
        return new;
      end`,
  };
}

function expiryTrigger(): TriggerDefinition {
  return {
    name: 'accounts_expires_at',
    table: tableName('accounts'),
    events: 'insert or update of expires_at, access_token_expires_at',
    when: `(new.expires_at is not null or new.access_token_expires_at is not null) and ${NOT_REVERTING}`,
    body: `
      begin
        if tg_op = 'INSERT' and new.access_token_expires_at is not null
           or tg_op = 'UPDATE' and new.access_token_expires_at is distinct from old.access_token_expires_at then
          new.expires_at := case when isfinite(new.access_token_expires_at)
                                 then floor(extract(epoch from new.access_token_expires_at)) end;
        elsif tg_op = 'INSERT' or new.expires_at is distinct from old.expires_at then
          new.access_token_expires_at := to_timestamp(new.expires_at);
        end if;
        return new;
      end`,
  };
}

/** The function runs in the time zone UTC, because a column that existed before may be a `timestamp`, which means UTC. */
export async function createTrigger(
  queryRunner: QueryRunner,
  migration: string,
  { name, table, events, when, body }: TriggerDefinition,
): Promise<void> {
  const trigger = `gatehouse_${name}`;
  await inTransaction(queryRunner, `create trigger ${trigger}`, async () => {
    await createOwnFunction(queryRunner, {
      signature: `${name}()`,
      definition: `returns trigger language plpgsql ${SAFE_PATH} set timezone to 'UTC' as $gatehouse$${body}$gatehouse$`,
    });
    const [existing] = (await queryRunner.query(
      'select 1 from pg_trigger where tgrelid = to_regclass($1) and tgname = $2',
      [table, trigger],
    )) as unknown[];
    if (existing) return;
    await queryRunner.query(
      `create trigger ${trigger} before ${events} on ${table} for each row ${when ? `when (${when}) ` : ''}execute function gatehouse.${name}()`,
    );
    const undo = { migration, kind: 'statement', relation: table, name: trigger } as const;
    await recordUndo(queryRunner, { ...undo, statement: `drop function if exists gatehouse.${name}()` });
    await recordUndo(queryRunner, { ...undo, statement: `drop trigger if exists ${trigger} on ${table}` });
  });
}
