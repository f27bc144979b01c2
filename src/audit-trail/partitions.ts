import type { DataSource, EntityManager } from 'typeorm';
import { StartupFault } from '../errors/startup-fault.js';

/** Months for which partitions exist in advance. */
const AHEAD = 12;

export interface PartitionWork {
  readonly created: readonly string[];
  readonly dropped: readonly string[];
  /** Events that were moved from the default partition. */
  readonly moved: number;
}

/** A calendar month in UTC. */
interface Month {
  /** Name of its partition, such as `audit_events_2026_11`. */
  readonly name: string;
  /** Such as `2026-11-01 00:00:00+00`. */
  readonly start: string;
  readonly end: string;
}

/**
 * Creates the partitions that are missing, moves the events there that are in the default partition, and drops the months
 * that are older than `retention` months. Only the owner of the tables may do it. Servers may run meanwhile.
 */
export async function tidyPartitions(
  dataSource: DataSource,
  retention: number | undefined,
): Promise<PartitionWork> {
  const created: string[] = [];
  let moved = 0;
  for (const month of await missingMonths(dataSource)) {
    moved += await inShort(dataSource, (manager) => createPartition(manager, month));
    created.push(month.name);
  }
  const old = retention === undefined ? [] : await monthsBefore(dataSource, retention);
  if (old.length > 0) await inShort(dataSource, (manager) => dropMonths(manager, old));
  return { created, dropped: old.map(({ name }) => name), moved };
}

/** A statement that waits for a lock gives up soon, because sign-ins would queue behind it. */
function inShort<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  return dataSource.transaction(async (manager) => {
    await manager.query(`set local lock_timeout to '1s'`);
    return work(manager);
  });
}

const MONTH = `'audit_events_' || to_char(month, 'YYYY_MM') as name,
  to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00' as start,
  to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00' as "end"`;

const THIS_MONTH = `date_trunc('month', now() at time zone 'UTC')`;

function missingMonths(dataSource: DataSource): Promise<Month[]> {
  return dataSource.query<Month[]>(
    `select ${MONTH} from (
       select generate_series(${THIS_MONTH}, ${THIS_MONTH} + interval '${AHEAD} months', interval '1 month') as month
       union
       select date_trunc('month', at at time zone 'UTC') from gatehouse.audit_events_default
     ) months
     where to_regclass('gatehouse.audit_events_' || to_char(month, 'YYYY_MM')) is null order by month`,
  );
}

/** @returns the number of events that were moved. */
async function createPartition(manager: EntityManager, { name, start, end }: Month): Promise<number> {
  const partition = `gatehouse.${name}`;
  const spare = 'gatehouse.audit_events_default';
  await manager.query(`lock table ${spare} in access exclusive mode`);
  await manager.query(
    `create table ${partition} (like gatehouse.audit_events including defaults including constraints)`,
  );
  await manager.query(`alter table ${spare} disable trigger user`);
  const [result] = await manager.query<{ moved: number }[]>(
    `with moved as (delete from ${spare} where at >= '${start}' and at < '${end}' returning *),
          kept as (insert into ${partition} select * from moved returning 1)
     select count(*)::integer as moved from kept`,
  );
  await manager.query(`alter table ${spare} enable trigger user`);
  await manager.query(
    `alter table gatehouse.audit_events attach partition ${partition} for values from ('${start}') to ('${end}')`,
  );
  await manager.query(
    `create trigger gatehouse_no_truncate before truncate on ${partition}
     for each statement execute function gatehouse.refuse_audit_change()`,
  );
  return result?.moved ?? 0;
}

/** Months that ended more than `retention` months ago. */
function monthsBefore(dataSource: DataSource, retention: number): Promise<Month[]> {
  return dataSource.query<Month[]>(
    `select ${MONTH} from (
       select to_timestamp(right(relname, 7), 'YYYY_MM')::date::timestamp as month
       from pg_inherits join pg_class c on c.oid = inhrelid
       where inhparent = 'gatehouse.audit_events'::regclass and relname ~ '^audit_events_\\d{4}_\\d\\d$'
     ) months
     where month < ${THIS_MONTH} - $1::integer * interval '1 month' order by month`,
    [retention],
  );
}

/**
 * Drops the months with the part of the chain that belongs to them. An event says which part that was and what its last
 * hash is, so that `audit:verify` can tell it from a removal by somebody else.
 */
async function dropMonths(manager: EntityManager, months: readonly Month[]): Promise<void> {
  const before = months.at(-1)?.end;
  const waiting = await manager.query<unknown[]>(
    `select 1 from gatehouse.audit_unchained u join gatehouse.audit_events e on e.id = u.event_id
     where e.at < $1 limit 1`,
    [before],
  );
  if (waiting.length > 0)
    throw new StartupFault(
      'Nothing was dropped, because some events of these months are not chained yet. A running server chains them within ' +
        'seconds. Start one with AUDIT=true, then run again: npm run audit:partitions',
    );
  const [end] = await manager.query<{ position: string; hash: Buffer }[]>(
    `select position, hash from gatehouse.audit_chain
     where position < coalesce((select min(position) from gatehouse.audit_chain where event_at >= $1), 'infinity'::float8)
     order by position desc limit 1`,
    [before],
  );
  await manager.query(
    `with written as (
       insert into gatehouse.audit_events (event, reason, details) values ('audit.dropped', 'AUDIT_RETENTION', $1)
       returning id
     )
     insert into gatehouse.audit_unchained (event_id) select id from written`,
    [JSON.stringify({ before, position: end?.position, hash: end?.hash.toString('hex') })],
  );
  for (const { name } of months) await manager.query(`drop table gatehouse.${name}`);
  for (const table of ['audit_chain', 'audit_heads']) {
    await manager.query(`alter table gatehouse.${table} disable trigger user`);
    await manager.query(`delete from gatehouse.${table} where position <= $1`, [end?.position ?? 0]);
    await manager.query(`alter table gatehouse.${table} enable trigger user`);
  }
}
