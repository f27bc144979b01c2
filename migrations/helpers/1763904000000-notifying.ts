import type { QueryRunner } from 'typeorm';
import { ownTableExists } from './1763900000000-catalogue.js';
import { createOwnFunction, firstSchema, onlyFor, SAFE_PATH } from './1763900000000-own-functions.js';
import { tableName } from './1763900000000-tables.js';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';

/** If a statement changes more sessions or users than this, the message names none, and servers drop everything. */
const NAMED = 50;
/** Messages per transaction, because deleting users deletes the sessions of each with a separate statement. */
const SENT = 100;

/**
 * Servers with a session cache add this row before they use it. Without it nobody listens, and changes send nothing,
 * because PostgreSQL commits transactions with messages one after the other.
 */
const CACHES = `(
  id boolean not null default true,
  since timestamptz not null default now(),
  constraint session_caches_pkey primary key (id),
  constraint session_caches_id_check check (id)
)`;

/**
 * A server takes this lock alone while it adds the row, so every transaction either ended before or sends. A transaction
 * that reads an old snapshot may not see the row, so it always sends. Two statements, because the second one needs a
 * snapshot from after the lock. They come first in each trigger function, because they are all that most calls do.
 */
const NOBODY_LISTENS = `
    if current_setting('transaction_isolation') = 'read committed' then
      if pg_try_advisory_xact_lock_shared(hashtext('gatehouse:session-caches')) then
        if not exists (select from gatehouse.session_caches) then return null; end if;
      end if;
    end if;`;

/**
 * Sends `{"sessions": [ids]}`, `{"users": [ids]}`, or an empty text for everything. Sends ids and never a token.
 * PostgreSQL accepts less than 8000 bytes and sends equal texts of a transaction only once.
 */
const NOTIFYING_FUNCTION = `
  returns void language plpgsql ${SAFE_PATH} as $gatehouse$
  declare
    sent integer;
    payload text := '';
  begin
    if cardinality(ids) = 0 then return; end if;
    sent := coalesce(nullif(current_setting('gatehouse.notified', true), ''), '0');
    perform set_config('gatehouse.notified', (sent + 1)::text, true);
    if sent < ${SENT} and cardinality(ids) <= ${NAMED} then payload := json_build_object(kind, ids)::text; end if;
    if octet_length(payload) > 7900 then payload := ''; end if;
    perform pg_notify('gatehouse_sessions', payload);
  end $gatehouse$`;

/** The function is `gatehouse.<name>`, its trigger `gatehouse_<name>`. */
interface NotifyingTrigger {
  readonly name: string;
  readonly table: string;
  readonly event: 'update' | 'delete' | 'truncate';
  readonly body: string;
  /** The time zone in which the body compares times. Without one the call is faster. */
  readonly timeZone?: 'UTC';
}

/** Selects at most one more than are named, because more make no difference. */
const limited = (ids: string) => `array(${ids} limit ${NAMED + 1})`;

const sessions = (condition: string) =>
  `perform gatehouse.notify('sessions', ${limited(`select o.id::text from old_rows o where ${condition}`)});`;

/** Names users even if they have no session, because a sign-in that is under way is not visible yet. */
const USERS = `perform gatehouse.notify('users', ${limited('select o.id::text from old_rows o')});`;

/**
 * Servers ignore expired sessions by their own clocks. One hour is more than the clocks of two servers differ. The column may be a
 * `timestamp`, which means UTC, so the functions run in that time zone.
 */
const LATELY_ALIVE = `o.expires_at > now() - interval '1 hour'`;

const TRIGGERS: readonly NotifyingTrigger[] = [
  {
    name: 'sessions_updated',
    table: 'sessions',
    event: 'update',
    body: sessions('true'),
  },
  {
    name: 'sessions_deleted',
    table: 'sessions',
    event: 'delete',
    body: sessions(LATELY_ALIVE),
    timeZone: 'UTC',
  },
  {
    name: 'sessions_truncated',
    table: 'sessions',
    event: 'truncate',
    body: `perform pg_notify('gatehouse_sessions', '');`,
  },
  {
    name: 'users_updated',
    table: 'users',
    event: 'update',
    body: USERS,
  },
  {
    name: 'users_deleted',
    table: 'users',
    event: 'delete',
    body: USERS,
  },
];

/**
 * The triggers run once after each statement, with the rights of the role that migrates, so that a role that writes users
 * needs no further rights.
 */
export async function createNotifyingTriggers(queryRunner: QueryRunner, migration: string): Promise<void> {
  await inTransaction(queryRunner, 'create table gatehouse.session_caches', async () => {
    if (await ownTableExists(queryRunner, 'session_caches')) return;
    await queryRunner.query(`create table gatehouse.session_caches ${CACHES}`);
    const statement = 'drop table if exists gatehouse.session_caches';
    await recordUndo(queryRunner, {
      migration,
      kind: 'table',
      relation: 'gatehouse.session_caches',
      statement,
    });
  });
  await inTransaction(queryRunner, 'create function gatehouse.notify', async () => {
    await createOwnFunction(queryRunner, {
      signature: 'notify(text, text[])',
      names: 'notify(kind text, ids text[])',
      definition: NOTIFYING_FUNCTION,
    });
    const statement = 'drop function if exists gatehouse.notify(text, text[])';
    await recordUndo(queryRunner, { migration, kind: 'statement', relation: 'sessions', statement });
  });
  for (const trigger of TRIGGERS) await createTrigger(queryRunner, migration, trigger);
}

async function createTrigger(
  queryRunner: QueryRunner,
  migration: string,
  { name, table, event, body, timeZone }: NotifyingTrigger,
): Promise<void> {
  const trigger = `gatehouse_${name}`;
  await inTransaction(queryRunner, `create trigger ${trigger}`, async () => {
    const guard = onlyFor(await firstSchema(queryRunner), table);
    await createOwnFunction(queryRunner, {
      signature: `${name}()`,
      definition: `returns trigger language plpgsql security definer ${SAFE_PATH} ${timeZone ? `set timezone to '${timeZone}'` : ''}
       as $gatehouse$begin ${event === 'truncate' ? '' : NOBODY_LISTENS} ${guard} ${body} return null; end$gatehouse$`,
    });
    const [existing] = (await queryRunner.query(
      'select 1 from pg_trigger where tgrelid = to_regclass($1) and tgname = $2',
      [tableName(table), trigger],
    )) as unknown[];
    if (existing) return;
    await queryRunner.query(
      `create trigger ${trigger} after ${event} on ${tableName(table)} ${event === 'truncate' ? '' : 'referencing old table as old_rows'}
         for each statement execute function gatehouse.${name}()`,
    );
    const undo = { migration, kind: 'statement', relation: table, name: trigger } as const;
    await recordUndo(queryRunner, { ...undo, statement: `drop function if exists gatehouse.${name}()` });
    await recordUndo(queryRunner, {
      ...undo,
      statement: `drop trigger if exists ${trigger} on ${tableName(table)}`,
    });
  });
}
