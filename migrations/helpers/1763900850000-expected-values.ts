import type { QueryRunner } from 'typeorm';
import { needTable, quote } from './1763900000000-catalogue.js';
import { readLegacyRules } from './1763900000000-legacy-rules.js';
import { createOwnFunction, firstSchema, qualified, SAFE_PATH } from './1763900000000-own-functions.js';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';
import { emailConflictsStatement } from './1763900850000-email-conflicts.js';
import { userValues } from './1763900850000-user-values.js';

/**
 * Creates the function `gatehouse.expected_<column>` for each of our columns that follows legacy columns. It computes
 * what the backfill would write to the row, so that the commands compare and repair rows by the rules of the migrations.
 * `gatehouse.kept_out` says whether the legacy columns keep a user out.
 */
export async function createExpectedValues(queryRunner: QueryRunner, migration: string): Promise<void> {
  const { columns } = await needTable(queryRunner, 'users');
  const rules = await readLegacyRules(queryRunner);
  const functions = (await userValues(queryRunner)).map(({ column, expression, text }) => ({
    name: quote(`expected_${column}`),
    type: text ? 'text' : (columns.get(column)?.type ?? 'text'),
    expression: expression.replaceAll('$1', 'started_at'),
  }));
  const keptOut = `(${rules.reason('u')}) is not null or coalesce(${rules.until('u')} > started_at, false)`;
  functions.push({ name: 'kept_out', type: 'boolean', expression: keptOut });
  const conflicts = await emailConflictsStatement(queryRunner, '{users}');
  const schema = await firstSchema(queryRunner);
  await inTransaction(queryRunner, 'create functions for expected values', async () => {
    await createFunction(queryRunner, migration, {
      signature: 'note_email_conflicts()',
      definition: `returns void language sql ${SAFE_PATH} set enable_nestloop to off as $gatehouse$${qualified(conflicts, schema)}$gatehouse$`,
    });
    for (const { name, type, expression } of functions) {
      const definition = `returns ${type} language sql stable as $gatehouse$select ${expression}$gatehouse$`;
      await createFunction(queryRunner, migration, {
        signature: `${name}(users, timestamptz)`,
        names: `${name}(u users, started_at timestamptz)`,
        definition,
      });
    }
  });
}

async function createFunction(
  queryRunner: QueryRunner,
  migration: string,
  created: Parameters<typeof createOwnFunction>[1],
): Promise<void> {
  await createOwnFunction(queryRunner, created);
  const statement = `drop function if exists gatehouse.${created.signature}`;
  await recordUndo(queryRunner, { migration, kind: 'statement', relation: 'users', statement });
}
