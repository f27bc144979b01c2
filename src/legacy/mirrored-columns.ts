import pg from 'pg';
import type { Queries } from './queries.js';

/** A column of ours and the legacy column with the same meaning. A trigger keeps both equal. */
export interface MirroredColumn {
  /** The name of our column in this database. */
  readonly column: string;
  /** SQL that computes our value from the legacy column. `row` is a row of the table. */
  readonly legacy: (row: string) => string;
  /** SQL of our value, reduced to the precision of the legacy column, so that both can be compared. */
  readonly ours: (row: string) => string;
}

/**
 * The mirrored columns of every table that has some, by our name of the table. The migrations keep the rules of the
 * conversion in functions of the schema `gatehouse`.
 */
export async function readMirroredColumns(queries: Queries): Promise<Map<string, MirroredColumn[]>> {
  const rows = (await queries.query(
    `select split_part(purpose, '.', 1) as "table", split_part(purpose, '.', 2) as column,
            coalesce(n.name, split_part(purpose, '.', 1)) as relation
     from gatehouse.legacy_columns left join gatehouse.names n on n.object = split_part(purpose, '.', 1)
     where strpos(purpose, '.') > 0 order by purpose`,
  )) as { table: string; column: string; relation: string }[];
  const mirrored = new Map<string, MirroredColumn[]>();
  for (const { table, column, relation } of rows) {
    const says = (side: string) => (row: string) =>
      `gatehouse.${pg.escapeIdentifier(`mirrored_${side}_${relation}_${column}`)}(${row})`;
    mirrored.set(table, [
      ...(mirrored.get(table) ?? []),
      { column, legacy: says('legacy'), ours: says('ours') },
    ]);
  }
  return mirrored;
}
