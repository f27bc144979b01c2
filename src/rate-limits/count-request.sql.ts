import type { PreparedQuery } from '../database/prepared-queries.js';

export interface CountedRow {
  allowed: boolean;
  /** Milliseconds until the window ends. Null if the row did not exist when the statement began. */
  wait: string | null;
}

/**
 * The id for a new row, in the type of the column, because an adopted table may have numbers or UUIDs as ids. If the row
 * exists, its own id is used, because `insert … on conflict` would otherwise use up a number of the sequence with each
 * request.
 */
const ID = `coalesce(
    (select id from {rate_limits} where key = $1::text),
    (jsonb_populate_record(null::{rate_limits}, jsonb_build_object('id',
      case when pg_typeof((null::{rate_limits}).id) in ('integer'::regtype, 'bigint'::regtype)
           then nextval(pg_get_serial_sequence('{table rate_limits}', 'id'))::text
           else gen_random_uuid()::text end))).id)`;

/**
 * Decides and counts one request in one statement, under the lock of the row. $1 is the key, $2 the window in
 * milliseconds and $3 the maximum. The time comes from the database, because the clocks of instances differ. The commit
 * does not wait for the disk: a crash may lose the last counts, but nothing else (PostgreSQL, §28.4 Asynchronous Commit).
 */
export const countRequest: PreparedQuery = {
  name: 'count_request',
  text: `
with clock as materialized (
  select (extract(epoch from clock_timestamp()) * 1000)::bigint as now, set_config('synchronous_commit', 'off', true)
), counted as (
  insert into {rate_limits} as r (id, key, count, last_request)
  select ${ID}, $1::text, 1, now from clock
  on conflict (key) do update
    set count = case when excluded.last_request - r.last_request >= $2::bigint then 1 else r.count + 1 end,
        last_request = greatest(r.last_request, excluded.last_request)
    where excluded.last_request - r.last_request >= $2::bigint or r.count < $3::integer
  returning 1
)
select exists (select from counted) as allowed,
       (select r.last_request + $2::bigint - clock.now from {rate_limits} r where r.key = $1::text) as wait
  from clock`,
};
