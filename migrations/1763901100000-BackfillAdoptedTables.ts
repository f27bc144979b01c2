import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runBackfill } from './helpers/1763900000000-batches.js';
import { needTable, type TableFacts } from './helpers/1763900000000-catalogue.js';
import { startBackfill } from './helpers/1763900000000-start-backfill.js';
import { tableName } from './helpers/1763900000000-tables.js';
import { addedColumns, undo } from './helpers/1763900000000-undo-journal.js';
import { byId } from './helpers/1763900000000-walk.js';
import { updateRows } from './helpers/1763900900000-update-rows.js';

const TIMES: Readonly<Record<string, string>> = {
  created_at: 'coalesce(u.created_at, u.updated_at, $1::timestamptz)',
  updated_at: 'coalesce(u.updated_at, u.created_at, $1::timestamptz)',
};

/** Rows of old `sessions` tables have no token. They get a random one that nobody knows. */
const RANDOM_TOKEN = `replace(gen_random_uuid()::text, '-', '')`;

const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sessions: { ...TIMES, token: `coalesce(u.token, ${RANDOM_TOKEN})` },
  accounts: {
    ...TIMES,
    access_token_expires_at: 'coalesce(u.access_token_expires_at, to_timestamp(u.expires_at))',
  },
  verifications: TIMES,
  jwks: { created_at: 'coalesce(u.created_at, $1::timestamptz)' },
};

/** Fills our columns in the tables other than `users` that existed before the migrations. */
export class BackfillAdoptedTables1763901100000 implements MigrationInterface {
  name = 'BackfillAdoptedTables1763901100000';
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [table, expressions] of Object.entries(VALUES)) {
      if (await isOurs(queryRunner, table)) continue;
      const target = tableName(table);
      const { columns } = await needTable(queryRunner, target);
      const added = await addedColumns(queryRunner, table);
      const values = Object.entries(expressions).map(([column, expression]) => ({
        column,
        expression: inColumn(expression, columns, column),
        text: column === 'token',
        legacy: !added.has(column),
      }));
      const name = `backfill ${table}`;
      await startBackfill(queryRunner, this.name, name, table);
      await runBackfill(queryRunner, {
        name,
        table: target,
        walk: byId(target, columns.get('id')?.type ?? 'text'),
        apply: (range, startedAt) =>
          updateRows(queryRunner, { relation: table, target, values, range, startedAt }),
      });
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}

/** Times without a zone mean UTC. The session's time zone is UTC, so PostgreSQL reads them that way. */
function inColumn(expression: string, columns: TableFacts['columns'], column: string): string {
  return columns.get(column)?.typeName === 'timestamp'
    ? `(${expression})::timestamptz at time zone 'UTC'`
    : expression;
}

/** True if these migrations created the table, so that it has no older rows. */
async function isOurs(queryRunner: QueryRunner, table: string): Promise<boolean> {
  const found = (await queryRunner.query(
    `select 1 from gatehouse.undo where kind = 'table' and relation = $1`,
    [table],
  )) as unknown[];
  return found.length > 0;
}
