import type { QueryRunner } from 'typeorm';
import { ownTableExists } from './1763900000000-catalogue.js';
import { createOwnFunction, SAFE_PATH } from './1763900000000-own-functions.js';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';

/** Months for which the migration creates partitions. Later ones are created by `npm run audit:partitions`. */
const MONTHS = 3;

/** Tables whose rows nobody changes or deletes. */
const APPEND_ONLY = ['audit_events', 'audit_chain', 'audit_heads'] as const;

const DEFINITIONS: Readonly<Record<string, string>> = {
  audit_events: `(
    id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    event text not null,
    actor text,
    subject text,
    session_id text,
    address text,
    user_agent text,
    request_id text,
    reason text,
    db_role text not null default session_user,
    details jsonb not null default '{}',
    constraint audit_events_pkey primary key (id, at)
  ) partition by range (at)`,
  audit_unchained: `(
    event_id bigint not null,
    constraint audit_unchained_pkey primary key (event_id)
  )`,
  audit_chain: `(
    position bigint not null,
    event_id bigint not null,
    event_at timestamptz not null,
    previous bytea not null,
    hash bytea not null,
    chained_at timestamptz not null default clock_timestamp(),
    constraint audit_chain_pkey primary key (position),
    constraint audit_chain_event_id_key unique (event_id)
  )`,
  audit_heads: `(
    position bigint not null,
    signature text not null,
    signed_at timestamptz not null default clock_timestamp(),
    constraint audit_heads_pkey primary key (position)
  )`,
};

const REFUSAL = `returns trigger language plpgsql ${SAFE_PATH} as $gatehouse$
  begin
    raise exception 'rows of gatehouse.% are never changed or deleted', tg_table_name using errcode = '42501';
  end$gatehouse$`;

/** Creates the tables of the audit trail, and the triggers that refuse changes of their rows. */
export async function createAuditTables(queryRunner: QueryRunner, migration: string): Promise<void> {
  await inTransaction(queryRunner, 'create the tables of the audit trail', async () => {
    if (await ownTableExists(queryRunner, 'audit_events')) return;
    const done = (relation: string, statement: string) =>
      recordUndo(queryRunner, { migration, kind: 'table', relation, statement });
    await createOwnFunction(queryRunner, { signature: 'refuse_audit_change()', definition: REFUSAL });
    await done('gatehouse.audit_events', 'drop function if exists gatehouse.refuse_audit_change()');
    for (const [name, definition] of Object.entries(DEFINITIONS)) {
      await queryRunner.query(`create table gatehouse.${name} ${definition}`);
      await done(`gatehouse.${name}`, `drop table if exists gatehouse.${name}`);
    }
    await queryRunner.query('create index audit_events_at_idx on gatehouse.audit_events (at)');
    await queryRunner.query('create index audit_events_subject_idx on gatehouse.audit_events (subject, at)');
    for (const table of APPEND_ONLY) await refuseChanges(queryRunner, table);
    await createPartitions(queryRunner);
  });
}

/** A trigger for each row also fires for the partitions, but one for TRUNCATE does not. */
async function refuseChanges(queryRunner: QueryRunner, table: string): Promise<void> {
  await queryRunner.query(
    `create trigger gatehouse_append_only before update or delete on gatehouse.${table}
     for each row execute function gatehouse.refuse_audit_change()`,
  );
  await refuseTruncation(queryRunner, table);
}

async function refuseTruncation(queryRunner: QueryRunner, table: string): Promise<void> {
  await queryRunner.query(
    `create trigger gatehouse_no_truncate before truncate on gatehouse.${table}
     for each statement execute function gatehouse.refuse_audit_change()`,
  );
}

/** Without a partition for its month, a row goes to the default one, so that no row is ever refused. */
async function createPartitions(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(
    'create table gatehouse.audit_events_default partition of gatehouse.audit_events default',
  );
  await refuseTruncation(queryRunner, 'audit_events_default');
  const months = (await queryRunner.query(
    `select to_char(month, 'YYYY_MM') as name, to_char(month, 'YYYY-MM-DD') as start,
            to_char(month + interval '1 month', 'YYYY-MM-DD') as "end"
     from generate_series(date_trunc('month', now() at time zone 'UTC'),
       date_trunc('month', now() at time zone 'UTC') + ($1::integer - 1) * interval '1 month', interval '1 month') month`,
    [MONTHS],
  )) as { name: string; start: string; end: string }[];
  for (const { name, start, end } of months) {
    await queryRunner.query(
      `create table gatehouse.audit_events_${name} partition of gatehouse.audit_events
       for values from ('${start} 00:00:00+00') to ('${end} 00:00:00+00')`,
    );
    await refuseTruncation(queryRunner, `audit_events_${name}`);
  }
}
