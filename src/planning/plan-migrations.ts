import type { DataSource, MigrationInterface } from 'typeorm';
import type { Finding } from '../migrating/finding.js';
import type { ConfiguredFields } from '../config/config.js';
import { isMigrationFault } from '../migrating/migration-fault.js';
import { pendingMigrations } from '../migrating/expected-migrations.js';
import { withoutRange } from './batched.js';
import { forecast } from './forecast.js';
import { readLegacyUsers, readOriginalNames } from './legacy-names.js';
import { lockOf } from './lock-level.js';
import type { Plan, PlannedStatement, PlannedStep } from './plan.js';
import { enterShadowSchema, foreignLocks, type Shadow } from './shadow-schema.js';
import { StatementRecorder, type RecordedStatement } from './statement-recorder.js';

const NOTHING: Plan = { feasible: true, steps: [], columns: {}, rows: {}, findings: [] };

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
  if (pending.length === 0) return NOTHING;
  return await StatementRecorder.during(dataSource, async (recorder) => {
    const { queryRunner } = recorder;
    const obstacles = await attempt(pending[0], () => inspect(pending[0], recorder));
    if (obstacles.length > 0) return { ...NOTHING, feasible: false, findings: obstacles };
    const shadow = await enterShadowSchema(recorder);
    const original = await readOriginalNames(queryRunner, shadow);
    const { steps, faults } = await tryAll(pending, recorder, shadow);
    const users = await readLegacyUsers(queryRunner, shadow, original);
    recorder.stopRedirecting();
    const expected = await forecast(queryRunner, shadow.schema, users);
    const locks = await foreignLocks(queryRunner);
    if (locks.length > 0) throw new Error(`the plan locked tables outside its copy: ${locks.join(', ')}`);
    return { ...expected, feasible: faults.length === 0, steps, findings: [...faults, ...expected.findings] };
  });
}

/** Runs the first migration on the real tables, because it checks their rows and changes nothing. */
async function inspect(
  migration: MigrationInterface | undefined,
  { queryRunner }: StatementRecorder,
): Promise<void> {
  if (migration?.name?.startsWith('InspectLegacyTables')) await migration.up(queryRunner);
}

async function tryAll(
  pending: readonly MigrationInterface[],
  recorder: StatementRecorder,
  shadow: Shadow,
): Promise<{ steps: PlannedStep[]; faults: Finding[] }> {
  recorder.take();
  const steps: PlannedStep[] = [];
  for (const migration of pending) {
    const faults = await attempt(migration, () => migration.up(recorder.queryRunner));
    const statements = recorder.take().map((statement) => planned(statement, shadow));
    steps.push({ migration: migration.name ?? '', statements });
    if (faults.length > 0) return { steps, faults };
  }
  return { steps, faults: [] };
}

async function attempt(
  migration: MigrationInterface | undefined,
  work: () => Promise<void>,
): Promise<Finding[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!isMigrationFault(error)) throw error;
    const remedy = 'migration:run would stop here. Correct this first.';
    return [{ level: 'error', area: 'migrations', message: `${migration?.name}: ${error.message}`, remedy }];
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
