import type { Entities } from '../../../src/database/connect.js';
import type { ConfiguredFields } from '../../../src/config/configured-fields.js';
import { checkCompatibility } from '../../../src/compat/compatibility.js';
import { describeCompatibility } from '../../../src/compat/report.js';
import { MIGRATION_VARIABLES } from '../../../src/config/migration-variables.js';
import { NO_FIELDS } from '../../../src/migrating/expected-migrations.js';
import {
  migratingDataSourceFrom,
  type MigratingDataSource,
} from '../../../src/migrating/migrating-data-source.js';
import { describePlan } from '../../../src/planning/describe-plan.js';
import { planMigrations } from '../../../src/planning/plan-migrations.js';
import { SECRET } from '../../setup/gatehouse.js';
import { runToEnd } from '../../setup/run-to-end.js';

/** The result of a command. */
export interface Result {
  readonly done: boolean;
  /** What the operator reads. */
  readonly output: string;
}

/** The commands of an operator. */
export interface Operator {
  plan(): Promise<Result>;
  run(): Promise<Result>;
  check(): Promise<Result>;
  /** TypeORM compares our entities with the database, and should find nothing to change. */
  compare(): Promise<Result>;
  revertAll(): Promise<Result>;
}

type Settings = Readonly<Record<string, string>>;

/** Runs the compiled commands, each in a process of its own. */
export function byCommands(url: string, settings: Settings): Operator {
  const environment = { DATABASE_URL: url, BETTER_AUTH_SECRET: SECRET, NO_COLOR: '1', ...settings };
  const program = async (file: string, words: readonly string[]): Promise<Result> => {
    const { code, out, err } = await runToEnd(file, { environment, arguments: words });
    return { done: code === 0, output: `${out}${err}` };
  };
  const command = (name: string, ...words: string[]) => program(`dist/src/commands/${name}.js`, words);
  return {
    plan: () => command('migration-plan'),
    run: () => command('migration-run'),
    check: () => command('compat-check'),
    compare: async () => {
      const result = await program('node_modules/typeorm/cli.js', ['schema:log', '-d', 'dist/ormconfig.js']);
      return { ...result, done: result.done && result.output.includes('Your schema is up to date') };
    },
    revertAll: () => command('migration-revert', '--all'),
  };
}

/** Does what the commands do in the test's own process, which is several times faster. */
export function inProcess(url: string, settings: Settings): Operator {
  const attempt = async (
    work: (dataSource: MigratingDataSource) => Promise<Result>,
    entitiesWith?: (fields: ConfiguredFields) => Entities,
  ): Promise<Result> => {
    const before = { ...process.env };
    const dataSource = migratingDataSourceFrom({ DATABASE_URL: url, ...settings }, entitiesWith);
    try {
      await dataSource.initialize();
      return await work(dataSource);
    } catch (error) {
      return { done: false, output: (error as Error).message };
    } finally {
      if (dataSource.isInitialized) await dataSource.destroy();
      for (const name of [...Object.keys(settings), ...Object.keys(MIGRATION_VARIABLES)]) {
        if (before[name] === undefined) delete process.env[name];
      }
    }
  };
  // The classes of the tables bring the whole application along. Most tests do without.
  const withTables = async (work: (dataSource: MigratingDataSource) => Promise<Result>): Promise<Result> => {
    const { entitiesWith } = await import('../../../src/assembly/entities.js');
    return attempt(work, entitiesWith);
  };
  return {
    plan: () =>
      attempt(async (dataSource) => {
        const plan = await planMigrations(dataSource, NO_FIELDS);
        return { done: plan.feasible, output: describePlan(plan) };
      }),
    run: () =>
      attempt(async (dataSource) => {
        await dataSource.runMigrations();
        return { done: true, output: '' };
      }),
    check: () =>
      withTables(async (dataSource) => {
        const result = await checkCompatibility(dataSource, url, NO_FIELDS);
        return { done: result.compatible, output: describeCompatibility(result) };
      }),
    compare: () =>
      withTables(async (dataSource) => {
        const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
        return { done: upQueries.length === 0, output: upQueries.map(({ query }) => query).join('\n') };
      }),
    revertAll: () =>
      attempt(async (dataSource) => {
        await dataSource.undoAllMigrations();
        return { done: true, output: '' };
      }),
  };
}
