import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';

/** Returns an SQL condition on the row with this alias. */
export type Range = (row: string) => string;

/** Rows of a batch: their number, and the position of the last one, after which the next batch begins. */
export interface Stretch {
  readonly rows: number;
  readonly last: string;
  /** The id of the last row. */
  readonly lastId: string;
  readonly range: Range;
}

/** A way to visit all rows of a table that can continue at `cursor`. */
export interface Walk {
  /** Position at which the walk ends; null: at the last row. Called once, when the walk begins. */
  end(queryRunner: QueryRunner): Promise<string | null>;
  next(
    queryRunner: QueryRunner,
    cursor: string | null,
    end: string | null,
    size: number,
  ): Promise<Stretch | undefined>;
}

/**
 * In the order of ids. Rows keep their ids, so none is missed. Ends at the last id of the start, because it would never
 * catch up with an application that inserts quickly. The triggers fill rows that are added later.
 */
export function byId(table: string, idType: string): Walk {
  return {
    end: async (queryRunner) => {
      const [last] = (await queryRunner.query(
        `select id::text as id from ${quote(table)} order by ${quote(table)}.id desc limit 1`,
      )) as { id: string }[];
      return last?.id ?? null;
    },
    next: async (queryRunner, cursor, end, size) => {
      if (end === null) return undefined;
      const within = (column: string) =>
        [
          ...(cursor === null ? [] : [`${column} > ${literal(cursor, idType)}`]),
          `${column} <= ${literal(end, idType)}`,
        ].join(' and ');
      const last = await lastOf(
        queryRunner,
        `select id, id as place from ${quote(table)} where ${within('id')} order by id limit ${size}`,
      );
      if (!last) return undefined;
      const after = (column: string) => (cursor === null ? '' : `${column} > ${literal(cursor, idType)}`);
      const range: Range = (row) =>
        [after(`${row}.id`), `${row}.id <= ${literal(last.last, idType)}`].filter(Boolean).join(' and ');
      return { ...last, range };
    },
  };
}

/**
 * In the order of rows on disk, so that each block is read once. If another session changes a row meanwhile, the row
 * moves: it may be missed or visited twice. Rows that move behind the end of the table at the start are not visited.
 */
export function byPlace(table: string): Walk {
  // Measured on the last batch. Limits how much of the table the next query reads.
  let rowsInBlock = 8;
  return {
    end: async (queryRunner) => {
      const [size] = (await queryRunner.query(
        `select (pg_relation_size($1::regclass) / current_setting('block_size')::integer)::text as blocks`,
        [quote(table)],
      )) as { blocks: string }[];
      return size?.blocks ?? '0';
    },
    next: async (queryRunner, cursor, end, size) => {
      const blocks = Number(end);
      const after = (column: string) => `${column} > '${cursor ?? '(0,0)'}'::tid`;
      for (let block = blockOf(cursor); block < blocks;) {
        block = Math.min(blocks, block + 1 + Math.ceil(size / rowsInBlock));
        const last = await lastOf(
          queryRunner,
          `select id, ctid as place from ${quote(table)} where ${after('ctid')} and ctid < '(${block},0)'::tid
           order by ctid limit ${size}`,
        );
        if (!last) continue;
        rowsInBlock = Math.max(1, last.rows / (1 + blockOf(last.last) - blockOf(cursor)));
        const range: Range = (row) => `${after(`${row}.ctid`)} and ${row}.ctid <= '${last.last}'::tid`;
        return { ...last, range };
      }
      return undefined;
    },
  };
}

/** Block number of a position such as `(block,row)`. */
function blockOf(place: string | null): number {
  return Number(/^\((\d+),/.exec(place ?? '')?.[1] ?? 0);
}

async function lastOf(queryRunner: QueryRunner, batch: string): Promise<Omit<Stretch, 'range'> | undefined> {
  const [last] = (await queryRunner.query(
    `select place::text as last, id::text as "lastId", rows::integer from (
       select id, place, row_number() over (order by place) as rows from (${batch}) as batch
     ) as counted order by rows desc limit 1`,
  )) as Omit<Stretch, 'range'>[];
  return last;
}

/** Escapes the value, because ids come from the table and may contain any character. */
function literal(value: string, type: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll(`'`, `''`);
  return `E'${escaped}'::${type}`;
}
