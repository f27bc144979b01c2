import { isDeepStrictEqual } from 'node:util';
import { QueryFailedError, type DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { ConfiguredFields } from '../config/configured-fields.js';
import { betterAuthMapping } from '../database/better-auth-mapping.js';
import { readTables, Tables } from '../database/tables.js';
import { pendingMigrations } from '../migrating/expected-migrations.js';
import type { Finding } from '../migrating/finding.js';
import { isMigrationFault } from '../migrating/migration-fault.js';
import { withoutRange } from './batched.js';
import { rowsToWrite, secondsFor } from './expected-work.js';
import { furtherFindings } from './further-findings.js';
import { grantsFor } from './grants.js';
import { inspect, isInspection, withRemedy } from './inspection.js';
import { lockOf } from './lock-level.js';
import type { Plan, PlannedStatement, PlannedStep } from './plan.js';
import { enterShadowSchema, foreignLocks, quoteIfNeeded, type Shadow, type Source } from './shadow-schema.js';
import { StatementRecorder, type RecordedStatement } from './statement-recorder.js';
import { strongestLock } from './strongest-lock.js';

const NOTHING: Plan = {
  feasible: true,
  legacy: undefined,
  findings: [],
  rows: {},
  seconds: 0,
  names: [],
  mapping: undefined,
  grants: { serving: [], migrating: [] },
  strongestLock: undefined,
  steps: [],
};

/**
 * Runs the pending migrations on a small copy of the tables and records their statements. It rolls its transaction back,
 * so it changes nothing. It only reads the real tables, under the lock ACCESS SHARE.
 * @throws {StartupFault} if this role may not create the copy.
 */
export async function planMigrations(dataSource: DataSource, fields: ConfiguredFields): Promise<Plan> {
  const names = await pendingMigrations(dataSource, fields);
  const pending = dataSource.migrations
    .filter((migration) => names.includes(migration.name ?? ''))
    .toSorted((a, b) => timestampOf(a) - timestampOf(b));
  return await StatementRecorder.during(dataSource, async (recorder) => {
    const { queryRunner } = recorder;
    if (pending.length === 0) return { ...NOTHING, ...(await readNames(queryRunner)) };
    // Until the tables are adopted, they are as the application left them.
    const inspection = names.some((name) => name.startsWith('AdoptTables'))
      ? await inspect(dataSource.migrations, queryRunner)
      : { findings: [], forecast: undefined };
    const { forecast } = inspection;
    if (inspection.findings.some(({ level }) => level === 'error'))
      return { ...NOTHING, feasible: false, legacy: forecast, findings: bySeverity(inspection.findings) };
    const rows = await rowsToWrite(queryRunner, names, forecast);
    const shadow = await enterShadowSchema(recorder, forecast?.source ?? (await keptUsers(queryRunner)));
    const { steps, faults } = await tryAll(pending, recorder, shadow);
    const named = faults.length === 0 ? await readNames(queryRunner, shadow) : {};
    recorder.stopRedirecting();
    const further = forecast ? await furtherFindings(queryRunner, shadow.schema, forecast) : [];
    const locks = await foreignLocks(queryRunner, shadow);
    if (locks.length > 0) throw new Error(`the plan locked tables outside its copy: ${locks.join(', ')}`);
    return {
      ...NOTHING,
      ...named,
      feasible: faults.length === 0,
      legacy: forecast,
      findings: bySeverity([...faults, ...inspection.findings, ...further]),
      rows,
      seconds: secondsFor(rows),
      strongestLock: strongestLock(steps, shadow.tables),
      steps,
    };
  });
}

/** The users table of a migrated database, if a legacy table keeps its name. */
async function keptUsers(queryRunner: QueryRunner): Promise<Source | undefined> {
  const { allRenamed } = await tablesOf(queryRunner);
  const users = allRenamed.find(({ table, physical }) => table === 'users' && physical.kept)?.physical;
  return users && { schema: users.near ? null : users.schema, name: users.name };
}

const tablesOf = (queryRunner: QueryRunner): Promise<Tables> =>
  readTables({
    query: <Result>(sql: string, parameters?: unknown[]) =>
      queryRunner.query(sql, parameters) as Promise<Result>,
  });

function bySeverity(findings: readonly Finding[]): Finding[] {
  return [
    ...findings.filter(({ level }) => level === 'error'),
    ...findings.filter(({ level }) => level === 'warning'),
  ];
}

const USUAL_MAPPING = betterAuthMapping(new Tables());

/**
 * Names and rights after the migrations. In the copy, it reads the names that the tables will have.
 * @param shadow undefined if the tables are the real ones
 */
async function readNames(
  queryRunner: QueryRunner,
  shadow?: Shadow,
): Promise<Pick<Plan, 'names' | 'mapping' | 'grants'>> {
  const tables = await tablesOf(queryRunner);
  const mapping = betterAuthMapping(tables);
  const [current] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as {
    schema: string;
  }[];
  const realSchema = (name: string) => shadow?.places.get(name) ?? quoteIfNeeded(name);
  return {
    names: tables.allRenamed.map(({ table, physical: { schema, name, near, columns } }) => ({
      table,
      name: near ? name : `${realSchema(schema)}.${name}`,
      columns: Object.fromEntries([...columns].filter(([ours, theirs]) => ours !== theirs)),
    })),
    mapping: isDeepStrictEqual(mapping, USUAL_MAPPING) ? undefined : mapping,
    grants: await grantsFor(queryRunner, {
      schema: shadow?.schema ?? current?.schema ?? 'public',
      tables,
      realSchema,
    }),
  };
}

async function tryAll(
  pending: readonly MigrationInterface[],
  recorder: StatementRecorder,
  shadow: Shadow,
): Promise<{ steps: PlannedStep[]; faults: Finding[] }> {
  recorder.take();
  const steps: PlannedStep[] = [];
  for (const migration of pending) {
    // The inspection has already run on the real tables, which have more rows.
    const faults = isInspection(migration) ? [] : await attempt(migration, recorder.queryRunner);
    const statements = recorder.take().map((statement) => planned(statement, shadow));
    steps.push({ migration: migration.name ?? '', statements });
    if (faults.length > 0) return { steps, faults };
  }
  return { steps, faults: [] };
}

/** Runs a migration in the copy. An error there would stop the run, too. */
async function attempt(migration: MigrationInterface, queryRunner: QueryRunner): Promise<Finding[]> {
  await queryRunner.query('savepoint before_migration');
  try {
    await migration.up(queryRunner);
    await queryRunner.query('release savepoint before_migration');
    return [];
  } catch (error) {
    const failed = error instanceof QueryFailedError;
    if (!isMigrationFault(error) && !failed) throw error;
    await queryRunner.query('rollback to savepoint before_migration');
    const [message = '', ...list] = error.message.split(/\n\s*- /);
    const sentences = list.length > 0 ? list : [message];
    const remedy = failed ? `migration:run would stop in ${migration.name}. Correct this first.` : '';
    return sentences.map((sentence) => ({
      level: 'error',
      area: 'migrations',
      ...withRemedy(sentence, remedy),
    }));
  }
}

function planned({ sql, parameters }: RecordedStatement, { shadow, schema }: Shadow): PlannedStatement {
  const real = sql.replaceAll(shadow, schema);
  const { level, table } = lockOf(real);
  const general = withoutRange(real);
  return {
    sql: general ?? real,
    parameters,
    lock: level,
    ...(table ? { table } : {}),
    batched: general !== undefined,
  };
}

const timestampOf = ({ name = '' }: MigrationInterface) => Number(name.slice(-13));
