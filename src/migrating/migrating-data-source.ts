import { DataSource, MigrationExecutor, QueryFailedError, type Migration, type QueryRunner } from 'typeorm';
import { entitiesWith } from '../assembly/entities.js';
import { loadConfiguredFields, loadDatabaseConfig, type ConfiguredFields } from '../config/config.js';
import type { Environment } from '../config/environment.js';
import { StartupFault } from '../errors/startup-fault.js';
import { describeConnectionFault } from '../database/connection-fault.js';
import { POOLED, isRefusedByPooler } from '../database/connection-pooler.js';
import { NO_FIELDS, expectedMigrations } from './expected-migrations.js';
import { AT_WORK, MigrationLock } from './migration-lock.js';
import { MigrationLogger } from './migration-logger.js';

const OLDEST_POSTGRES = 14;
const SESSION = '-c timezone=UTC -c statement_timeout=0';
/** One processor at a time, unless the URL says otherwise: the others are the application's. */
const ALONE = '-c max_parallel_workers_per_gather=0 -c max_parallel_maintenance_workers=0';

/**
 * The data source of the TypeORM CLI. It differs from a plain one in that one runner works at a time and that what
 * stops it is said in one sentence.
 */
export class MigratingDataSource extends DataSource {
  /** A fault found before there was a URL is thrown by `initialize`, where the CLI prints it without a stack. */
  constructor(
    private readonly url: string,
    fields: ConfiguredFields,
    private readonly fault?: StartupFault,
  ) {
    super({
      type: 'postgres',
      url: prepared(url),
      applicationName: 'gatehouse-migrations',
      entities: [...entitiesWith(fields)],
      migrations: expectedMigrations(fields),
      migrationsTableName: 'migrations',
      // Indexes are built and dropped concurrently, in `down` too: each migration opens its own transactions.
      migrationsTransactionMode: 'none',
      synchronize: false,
      migrationsRun: false,
      installExtensions: false,
      logger: new MigrationLogger(),
      poolSize: 4,
      connectTimeoutMS: 10_000,
      poolErrorHandler: () => {},
      extra: { keepAlive: true },
    });
  }

  override async initialize(): Promise<this> {
    if (this.fault) throw this.fault;
    try {
      await super.initialize();
    } catch (error) {
      if (error instanceof StartupFault) throw error;
      throw new StartupFault(isRefusedByPooler(error) ? POOLED : describeConnectionFault(error, this.url));
    }
    const version = String(this.driver.version);
    if (Number.parseInt(version, 10) >= OLDEST_POSTGRES) return this;
    await this.destroy();
    throw new StartupFault(`PostgreSQL ${version} is too old: Gatehouse needs ${OLDEST_POSTGRES} or newer.`);
  }

  override async runMigrations(options?: { fake?: boolean }): Promise<Migration[]> {
    return await this.alone(options, (executor) => executor.executePendingMigrations());
  }

  override async undoLastMigration(options?: { fake?: boolean }): Promise<void> {
    await this.alone(options, (executor) => executor.undoLastMigration());
  }

  private async alone<Result>(
    options: { fake?: boolean } | undefined,
    work: (executor: MigrationExecutor) => Promise<Result>,
  ): Promise<Result> {
    // Released when the lock is lost, too: from then on it refuses every statement.
    const queryRunner = this.createQueryRunner();
    const executor = new MigrationExecutor(this, queryRunner);
    executor.transaction = 'none';
    executor.fake = options?.fake ?? false;
    try {
      return await MigrationLock.hold(this.url, () => asHolder(queryRunner, () => work(executor)));
    } catch (error) {
      throw error instanceof QueryFailedError || isConnectionLoss(error)
        ? new StartupFault(describe(error))
        : error;
    } finally {
      await queryRunner.release();
    }
  }
}

async function asHolder<Result>(queryRunner: QueryRunner, work: () => Promise<Result>): Promise<Result> {
  await queryRunner.query(`set application_name to '${AT_WORK}'`);
  try {
    return await work();
  } finally {
    await queryRunner.query('reset application_name').catch(() => {});
  }
}

/** The data source for a database known by its URL, which must lead past a connection pooler. */
export function createMigratingDataSource(
  url: string,
  fields: ConfiguredFields = NO_FIELDS,
): MigratingDataSource {
  return new MigratingDataSource(url, fields);
}

/** The data source for `DATABASE_DIRECT_URL` or `DATABASE_URL`. Never throws: `initialize` does. */
export function migratingDataSourceFrom(environment: Environment): MigratingDataSource {
  handOverLegacyNames(environment);
  try {
    const { directUrl } = loadDatabaseConfig(environment);
    return new MigratingDataSource(directUrl, loadConfiguredFields(environment));
  } catch (error) {
    if (error instanceof StartupFault)
      return new MigratingDataSource('postgresql://localhost/postgres', NO_FIELDS, error);
    throw error;
  }
}

function isConnectionLoss(error: unknown): error is Error {
  return (
    error instanceof Error &&
    // TypeORM's word for a connection that went while a statement was on its way.
    (error.name === 'QueryRunnerAlreadyReleasedError' ||
      /connection (terminated|ended|closed)|ECONNRESET|EPIPE/i.test(error.message))
  );
}

/** PostgreSQL's own words; the statement would hide them, and a whole row may hold a password's hash. */
function describe(error: Error & { detail?: string; table?: string }): string {
  const detail = error.detail?.startsWith('Key (') ? ` ${error.detail}` : '';
  return `The migrations stopped: ${error.message}.${detail} Run them again when that is mended: they go on where they stopped.`;
}

/** Migrations import nothing from here and read the process's own variables, which `.env` is not part of. */
export function handOverLegacyNames(environment: Environment): void {
  for (const [name, value] of Object.entries(environment)) {
    if (/^(LEGACY_\w+_(COLUMN|TABLE)|GATEHOUSE_REPORT)$/.test(name) && value) process.env[name] ??= value;
  }
}

/** `timestamp` becomes `timestamptz` without a rewrite only in UTC, and an index may take longer than a role allows. */
function prepared(url: string): string {
  const parsed = new URL(url);
  const options = parsed.searchParams.get('options');
  parsed.searchParams.set('options', [ALONE, options, SESSION].filter(Boolean).join(' '));
  return parsed.href;
}
