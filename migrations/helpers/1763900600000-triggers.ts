import type { QueryRunner } from 'typeorm';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';

/** A row-level BEFORE trigger `gatehouse_<name>` and its function `gatehouse.<name>`. */
export interface TriggerDefinition {
  readonly name: string;
  readonly table: string;
  readonly events: string;
  readonly when?: string;
  readonly body: string;
}

/** If a statement writes both forms and they disagree, the time wins over the flag, because it is more precise. */
export const TRIGGERS: readonly TriggerDefinition[] = [
  {
    name: 'users_email_verified',
    table: 'users',
    events: 'insert or update of email_verified, is_email_verified',
    when: '(new.email_verified is not null) is distinct from new.is_email_verified',
    body: `
      begin
        if new.email_verified is null and new.is_email_verified
           and (tg_op = 'INSERT' or new.is_email_verified is distinct from old.is_email_verified)
           and (tg_op = 'INSERT' or old.email_verified is null) then
          new.email_verified := now();
        elsif tg_op = 'UPDATE' and not coalesce(new.is_email_verified, false)
              and new.is_email_verified is distinct from old.is_email_verified
              and new.email_verified is not distinct from old.email_verified then
          new.email_verified := null;
        end if;
        new.is_email_verified := new.email_verified is not null;
        return new;
      end`,
  },
  {
    name: 'accounts_expires_at',
    table: 'accounts',
    events: 'insert or update of expires_at, access_token_expires_at',
    when: 'new.expires_at is not null or new.access_token_expires_at is not null',
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
  },
];

export async function createTrigger(
  queryRunner: QueryRunner,
  migration: string,
  { name, table, events, when, body }: TriggerDefinition,
): Promise<void> {
  const trigger = `gatehouse_${name}`;
  await inTransaction(queryRunner, `create trigger ${trigger}`, async () => {
    await queryRunner.query(
      `create or replace function gatehouse.${name}() returns trigger language plpgsql as $gatehouse$${body}$gatehouse$`,
    );
    await queryRunner.query(`revoke all on function gatehouse.${name}() from public`);
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
