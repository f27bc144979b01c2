import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';

/** A condition on the row of this name. */
export type Range = (row: string) => string;

/** The rows of a batch: how many, and the last of them, after which the next batch begins. */
export interface Stretch {
  readonly rows: number;
  readonly last: string;
  /** The id of the last row. */
  readonly lastId: string;
  readonly range: Range;
}

/** A way through all the rows of a table that can be taken up again at `cursor`. */
export interface Walk {
  /** Where it ends, if not at the last row; said once, when it begins. */
  end(queryRunner: QueryRunner): Promise<string | null>;
  next(
    queryRunner: QueryRunner,
    cursor: string | null,
    end: string | null,
    size: number,
  ): Promise<Stretch | undefined>;
}

/** By the id, which a row keeps: none is missed. */
export function byId(table: string, idType: string): Walk {
  return {
    end: () => Promise.resolve(null),
    next: async (queryRunner, cursor, _end, size) => {
      const after = (column: string) => (cursor === null ? '' : `${column} > ${literal(cursor, idType)}`);
      const last = await lastOf(
        queryRunner,
        `select id, id as place from ${quote(table)} ${cursor === null ? '' : `where ${after('id')}`}
         order by id limit ${size}`,
      );
      if (!last) return undefined;
      const range: Range = (row) =>
        [after(`${row}.id`), `${row}.id <= ${literal(last.last, idType)}`].filter(Boolean).join(' and ');
      return { ...last, range };
    },
  };
}

/**
 * In the order in which the rows lie on the disk, which touches each block once. A row that somebody else changes
 * meanwhile moves, and may be missed. One that comes to lie further on is met twice, but not behind what was the end.
 */
export function byPlace(table: string): Walk {
  // Of the last batch: so much of the table is read for the next, and not all that is left of it.
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

/** Of `(block,row)`. */
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

/** Ids come from the table itself and may hold any character. */
function literal(value: string, type: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll(`'`, `''`);
  return `E'${escaped}'::${type}`;
}
