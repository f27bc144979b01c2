import type { PreparedQuery } from '../database/prepared-queries.js';

export interface CountedRow {
  allowed: boolean;
  /** Milliseconds until the window ends; null when the row was not there yet as the statement began. */
  wait: string | null;
}

/**
 * The id of a row that is not there yet, in the type that the column has: an adopted table may count its ids or have UUIDs.
 * The row's own id comes first, because a conflict would otherwise use up a number with each request.
 */
const ID = `coalesce(
    (select id from rate_limits where key = $1::text),
    (jsonb_populate_record(null::rate_limits, jsonb_build_object('id',
      case when pg_typeof((null::rate_limits).id) in ('integer'::regtype, 'bigint'::regtype)
           then nextval(pg_get_serial_sequence('rate_limits', 'id'))::text
           else gen_random_uuid()::text end))).id)`;

/**
 * One request, decided and counted in one statement under the row's lock: $1 key, $2 window in milliseconds, $3 most.
 * The time is the database's, because the clocks of several instances differ. The commit need not wait for the disk:
 * a crash may forget the last counts, and that is all it may do (PostgreSQL, §28.4 Asynchronous Commit).
 */
export const countRequest: PreparedQuery = {
  name: 'count_request',
  text: `
with clock as materialized (
  select (extract(epoch from clock_timestamp()) * 1000)::bigint as now, set_config('synchronous_commit', 'off', true)
), counted as (
  insert into rate_limits as r (id, key, count, last_request)
  select ${ID}, $1::text, 1, now from clock
  on conflict (key) do update
    set count = case when excluded.last_request - r.last_request >= $2::bigint then 1 else r.count + 1 end,
        last_request = greatest(r.last_request, excluded.last_request)
    where excluded.last_request - r.last_request >= $2::bigint or r.count < $3::integer
  returning 1
)
select exists (select from counted) as allowed,
       (select r.last_request + $2::bigint - clock.now from rate_limits r where r.key = $1::text) as wait
  from clock`,
};
