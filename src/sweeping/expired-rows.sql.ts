import type { PreparedQuery } from '../database/prepared-queries.js';

/** Any number that nobody else uses in this database. */
const LOCK = '7162013847190022';

export interface SweptRow {
  /** False while another instance sweeps: nothing was looked at then. */
  mine: boolean;
  removed: number;
}

/**
 * Removes at most $1 rows, in a short transaction that ends the lock with it, so that it also works through a transaction
 * pooler. Rows in use just now are left for another time.
 */
const sweep = (table: string, condition: string): PreparedQuery => ({
  name: `sweep_${table}`,
  text: `
with attempt as materialized (
  select pg_try_advisory_xact_lock(${LOCK}) as mine
), expired as materialized (
  select id from ${table} where (select mine from attempt) and ${condition} limit $1 for update skip locked
), removed as (
  delete from ${table} where id in (select id from expired) returning 1
)
select mine, (select count(*)::integer from removed) as removed from attempt`,
});

/** An hour is more than two clocks differ: nobody still takes such a row for a good one. */
const EXPIRED = `expires_at < now() - interval '1 hour'`;

export const sweepSessions = sweep('sessions', EXPIRED);
export const sweepVerifications = sweep('verifications', EXPIRED);
/** $2: milliseconds after which no rule looks at a count any more. */
export const sweepRateLimits = sweep(
  'rate_limits',
  'last_request < (extract(epoch from clock_timestamp()) * 1000)::bigint - $2::bigint',
);
