import type { PreparedQuery } from '../database/prepared-queries.js';

/** Any number that nobody else uses in this database. */
const LOCK = '7162013847190022';

export interface SweptRow {
  /** False while another instance sweeps: this one then looked at nothing. */
  mine: boolean;
  removed: number;
}

/** A table of the schema `gatehouse` has the same name in every database. */
const relationOf = (table: string) => (table.includes('.') ? table : `{${table}}`);

/**
 * Removes at most $1 rows of a table with a column `id`. The transaction is short and its end releases the lock, so that
 * this works through a transaction pooler. Rows that somebody else has locked are left for another time.
 */
export const sweepQuery = (table: string, condition: string): PreparedQuery => ({
  name: `sweep_${table.replace('.', '_')}`,
  text: `
with attempt as materialized (
  select pg_try_advisory_xact_lock(${LOCK}) as mine
), expired as materialized (
  select id from ${relationOf(table)} where (select mine from attempt) and ${condition} limit $1 for update skip locked
), removed as (
  delete from ${relationOf(table)} where id in (select id from expired) returning 1
)
select mine, (select count(*)::integer from removed) as removed from attempt`,
});
