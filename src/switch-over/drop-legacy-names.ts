import type { QueryRunner } from 'typeorm';
import { sqlState } from '../database/sql-state.js';
import { StartupFault } from '../errors/startup-fault.js';
import { LEGACY_SCHEMA } from '../legacy/dual-write.js';

const DEPENDENT_OBJECTS_EXIST = '2BP01';

/**
 * Drops the views that show old names of columns, and the triggers that keep columns with old names equal to ours, because
 * only the legacy application needs them. A table that keeps its old name stays as it is, with our views on it. Runs in
 * the caller's transaction on a runner that replaces markers.
 * @throws {StartupFault} if another object, such as a view of the operator, depends on one of these views.
 */
export async function dropLegacyNames(queryRunner: QueryRunner): Promise<void> {
  try {
    for (const view of await viewsOf(queryRunner)) await queryRunner.query(`drop view if exists ${view}`);
    await queryRunner.query(`drop schema if exists ${LEGACY_SCHEMA}`);
  } catch (error) {
    if (sqlState(error) !== DEPENDENT_OBJECTS_EXIST) throw error;
    const { message, detail = '' } = error as Error & { detail?: string };
    throw new StartupFault(
      `The switch-over has not ended, because ${message}: ${detail.replaceAll('\n', ', ')}. ` +
        'Drop these objects, then run again: npm run switch-over -- end --confirm',
    );
  }
  for (const { signature } of await rulesOf(queryRunner))
    await queryRunner.query(`drop function if exists ${signature}`);
  for (const { name, table, relation } of await mirrorsOf(queryRunner)) {
    await queryRunner.query(`drop trigger if exists gatehouse_0_mirror_${relation} on {physical ${table}}`);
    await queryRunner.query(`drop trigger if exists gatehouse_z_mirror_${relation} on {physical ${table}}`);
    await queryRunner.query(`drop function if exists gatehouse.${name}()`);
    await queryRunner.query(
      `drop function if exists gatehouse.${name}_row({table ${table}}, {table ${table}}, text)`,
    );
  }
}

/** The functions that say what the legacy columns mean. Nothing compares with these columns any more. */
async function rulesOf(queryRunner: QueryRunner): Promise<{ signature: string }[]> {
  return (await queryRunner.query(
    `select oid::regprocedure::text as signature from pg_proc
     where pronamespace = to_regnamespace('gatehouse')
       and (proname ~ '^(mirrored|expected)_' or proname in ('kept_out', 'note_email_conflicts'))`,
  )) as { signature: string }[];
}

/** Reads the views from the statements that undo the adoption of tables. */
async function viewsOf(queryRunner: QueryRunner): Promise<string[]> {
  const rows = (await queryRunner.query(
    `select substring(statement from '^drop view if exists (.+?)(?:; alter |$)') as view from gatehouse.undo
     where migration like 'AdoptTables%' and statement like 'drop view if exists ${LEGACY_SCHEMA}.%'`,
  )) as { view: string }[];
  return rows.map(({ view }) => view);
}

async function mirrorsOf(
  queryRunner: QueryRunner,
): Promise<{ name: string; table: string; relation: string }[]> {
  return (await queryRunner.query(
    `select distinct u.name, u.relation, coalesce(n.object, u.relation) as "table"
     from gatehouse.undo u left join gatehouse.names n on n.name = u.relation and strpos(n.object, '.') = 0
     where u.migration like 'AdoptTables%' and u.name = 'mirror_' || u.relation`,
  )) as { name: string; table: string; relation: string }[];
}
