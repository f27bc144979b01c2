import type { QueryRunner } from 'typeorm';
import { createOwnFunction, firstSchema, onlyFor, SAFE_PATH } from './1763900000000-own-functions.js';
import { tableName } from './1763900000000-tables.js';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';
import { readUserColumns, type UserColumns } from './1763900000000-user-columns.js';

const SIGNATURE = 'audit(text, text, text, jsonb, text, text)';

/**
 * Writes an event in the transaction of the change. The server tells in the setting `gatehouse.act` who acts. If the event
 * of another application cannot be written, that application's statement succeeds nevertheless. A statement of the server
 * fails.
 */
const AUDIT = `
  returns void language plpgsql ${SAFE_PATH} set lock_timeout to '800ms' as $gatehouse$
  declare
    act jsonb := '{}';
  begin
    act := coalesce(nullif(current_setting('gatehouse.act', true), ''), '{}')::jsonb;
    if act ? 'off' then return; end if;
    with written as (
      insert into gatehouse.audit_events (event, actor, subject, session_id, address, user_agent, request_id, reason, details)
      values (event, case when act->>'self' = 'true' then subject else act->>'actor' end, subject, coalesce(session_id, act->>'session'), coalesce(act->>'address', address),
              coalesce(act->>'userAgent', user_agent), act->>'requestId', act->>'reason', jsonb_strip_nulls(details || jsonb_build_object('by', case when session_id <> act->>'session' then act->>'session' end)))
      returning id
    )
    insert into gatehouse.audit_unchained (event_id) select id from written;
  exception when others then
    if act <> '{}' then raise; end if;
    raise warning 'Gatehouse could not write the audit event %: %', event, sqlerrm;
  end$gatehouse$`;

export interface AuditTrigger {
  readonly table: string;
  readonly body: string;
  /** The name of the function. Without it, it is derived from the table. */
  readonly name?: string;
  /** The table for SQL, if it has its legacy name now. */
  readonly relation?: string;
  /** False if inserts and deletes are no events. */
  readonly inserts?: boolean;
  /** The condition under which an update is an event. Without it no update is one. */
  readonly update?: string;
}

export const event = (name: string, more: string) => `perform gatehouse.audit('${name}', ${more});`;

const users = (named: UserColumns): AuditTrigger => {
  const [verified, banned, until] = [named('is_email_verified'), named('banned'), named('ban_expires')];
  const distinct = (...columns: string[]) =>
    columns.map((column) => `new.${column} is distinct from old.${column}`).join(' or ');
  const ban = (row: string) =>
    `jsonb_build_object('banned', ${row}.${banned}, 'until', ${row}.${until}, 'reason', ${row}.${named('ban_reason')})`;
  return {
    table: 'users',
    update: distinct('email', verified, banned, until),
    body: `
      if tg_op = 'INSERT' then
        ${event('user.created', `new.id::text, null, jsonb_build_object('email', new.email)`)}
      elsif tg_op = 'DELETE' then
        ${event('user.deleted', `old.id::text, null, jsonb_build_object('email', old.email, 'was', ${ban('old')})`)}
      else
        if ${distinct('email')} then
          ${event('email.changed', `new.id::text, null, jsonb_build_object('was', old.email, 'is', new.email)`)}
        end if;
        if ${distinct(verified)} then
          perform gatehouse.audit(case when new.${verified} then 'email.verified' else 'email.unverified' end,
            new.id::text, null, jsonb_build_object('email', new.email));
        end if;
        if ${distinct(banned, until)} then
          perform gatehouse.audit(case when new.${banned} then 'user.banned' else 'user.unbanned' end,
            new.id::text, null, jsonb_build_object('was', ${ban('old')}, 'is', ${ban('new')}));
        end if;
      end if;`,
  };
};

const account = (row: string) =>
  `jsonb_build_object('account', ${row}.id::text, 'provider', ${row}.provider_id, 'password', ${row}.password is not null)`;

const ACCOUNTS: AuditTrigger = {
  table: 'accounts',
  // A hash in another format is the same password. The server says so with this setting.
  update: `new.password is distinct from old.password and current_setting('gatehouse.rehash', true) is distinct from 'on'`,
  body: `
    if tg_op = 'INSERT' then
      ${event('account.linked', `new.user_id::text, null, ${account('new')}`)}
    elsif tg_op = 'DELETE' then
      ${event('account.unlinked', `old.user_id::text, null, ${account('old')}`)}
    else
      ${event('password.changed', `new.user_id::text, null, ${account('new')} || jsonb_build_object('was', old.password is not null)`)}
    end if;`,
};

/** A session that has expired ended by itself, so its deletion is no event. */
const SESSIONS: AuditTrigger = {
  table: 'sessions',
  body: `
    if tg_op = 'INSERT' then
      ${event('session.created', `new.user_id::text, new.id::text, jsonb_build_object('expires', new.expires_at), new.ip_address, new.user_agent`)}
    elsif old.expires_at > now() then
      ${event('session.ended', `old.user_id::text, old.id::text, '{}'`)}
    end if;`,
};

const JWKS: AuditTrigger = {
  table: 'jwks',
  update: 'new.expires_at is distinct from old.expires_at or new.public_key is distinct from old.public_key',
  body: `
    if tg_op = 'INSERT' then
      ${event('key.created', `null, null, jsonb_build_object('kid', new.id::text)`)}
    elsif tg_op = 'DELETE' then
      ${event('key.removed', `null, null, jsonb_build_object('kid', old.id::text)`)}
    else
      ${event('key.changed', `null, null, jsonb_build_object('kid', new.id::text, 'expires', new.expires_at)`)}
    end if;`,
};

/** Creates the triggers that report what anybody changes. They run with the rights of the role that migrates. */
export async function createAuditTriggers(queryRunner: QueryRunner, migration: string): Promise<void> {
  await inTransaction(queryRunner, 'create function gatehouse.audit', async () => {
    await createOwnFunction(queryRunner, {
      signature: SIGNATURE,
      names:
        'audit(event text, subject text, session_id text, details jsonb, address text default null, user_agent text default null)',
      definition: AUDIT,
    });
    const statement = `drop function if exists gatehouse.${SIGNATURE}`;
    await recordUndo(queryRunner, { migration, kind: 'statement', relation: 'users', statement });
  });
  const named = await readUserColumns(queryRunner);
  for (const trigger of [users(named), ACCOUNTS, SESSIONS, JWKS])
    await createTrigger(queryRunner, migration, trigger);
  await createSwitchOverTrigger(queryRunner, migration);
}

export async function createTrigger(
  queryRunner: QueryRunner,
  migration: string,
  { table, body, update, name = `audit_${table}`, relation = tableName(table), inserts = true }: AuditTrigger,
): Promise<void> {
  await inTransaction(queryRunner, `create trigger gatehouse_${name}`, async () => {
    const guard = onlyFor(await firstSchema(queryRunner), table);
    await createOwnFunction(queryRunner, {
      signature: `${name}()`,
      definition: `returns trigger language plpgsql security definer ${SAFE_PATH} set timezone to 'UTC'
       as $gatehouse$begin ${guard} ${body} return new; end$gatehouse$`,
    });
    const undo = { migration, kind: 'statement', relation: table } as const;
    await recordUndo(queryRunner, { ...undo, statement: `drop function if exists gatehouse.${name}()` });
    const triggers = [
      ...(inserts ? [{ trigger: `gatehouse_${name}`, events: 'insert or delete', when: '' }] : []),
      ...(update === undefined
        ? []
        : [{ trigger: `gatehouse_${name}_update`, events: 'update', when: `when (${update})` }]),
    ];
    for (const { trigger, events, when } of triggers) {
      await queryRunner.query(`drop trigger if exists ${trigger} on ${relation}`);
      await queryRunner.query(
        `create trigger ${trigger} after ${events} on ${relation} for each row ${when} execute function gatehouse.${name}()`,
      );
      const statement = `drop trigger if exists ${trigger} on ${relation}`;
      await recordUndo(queryRunner, { ...undo, name: trigger, statement });
    }
  });
}

/** Only the owner writes this table, so the function needs no other rights. */
async function createSwitchOverTrigger(queryRunner: QueryRunner, migration: string): Promise<void> {
  await inTransaction(queryRunner, 'create trigger gatehouse_audit_switch_over', async () => {
    await createOwnFunction(queryRunner, {
      signature: 'audit_switch_over()',
      definition: `returns trigger language plpgsql ${SAFE_PATH} as $gatehouse$
        begin
          ${event('switch_over.changed', `null, null, jsonb_build_object('was', old.mode, 'is', new.mode)`)}
          return new;
        end$gatehouse$`,
    });
    const undo = { migration, kind: 'statement', relation: 'gatehouse.switch_over' } as const;
    const trigger = 'gatehouse_audit_switch_over on gatehouse.switch_over';
    await queryRunner.query(`drop trigger if exists ${trigger}`);
    await queryRunner.query(
      `create trigger gatehouse_audit_switch_over after update on gatehouse.switch_over
       for each row execute function gatehouse.audit_switch_over()`,
    );
    await recordUndo(queryRunner, {
      ...undo,
      statement: 'drop function if exists gatehouse.audit_switch_over()',
    });
    await recordUndo(queryRunner, { ...undo, statement: `drop trigger if exists ${trigger}` });
  });
}
