import { debuglog } from 'node:util';
import { DataSource, QueryFailedError, type Migration, type QueryRunner } from 'typeorm';
import type { ConfiguredFields } from '../config/configured-fields.js';
import { loadMigrationConfig } from '../config/migration-config.js';
import type { Environment } from '../config/environment.js';
import { StartupFault } from '../errors/startup-fault.js';
import type { Entities } from '../database/connect.js';
import { describeConnectionFault } from '../database/connection-fault.js';
import { toOneOf } from '../database/server-client.js';
import { Servers } from '../database/servers.js';
import { POOLED, isRefusedByPooler } from '../database/connection-pooler.js';
import { AddingSchemaBuilder } from './adding-schema-builder.js';
import { NO_FIELDS, expectedMigrations, pendingMigrations } from './expected-migrations.js';
import { AT_WORK, MigrationLock } from './migration-lock.js';
import { isMigrationFault } from './migration-fault.js';
import { MigrationLogger } from './migration-logger.js';
import { MIGRATIONS_TABLE } from './migrations-table.js';
import { OurMigrations } from './our-migrations.js';
import { withStoredNames } from './stored-names.js';

/** Prints the stack of an error for developers of this server. */
const debug = debuglog('gatehouse');

const OLDEST_POSTGRES = 14;
/** Milliseconds that a server has to accept a connection. */
const PATIENCE = 10_000;
const SESSION = '-c timezone=UTC -c statement_timeout=0';
/** Lets a statement use one processor, because the application needs the others. The URL can override this. */
const ONE_PROCESSOR = '-c max_parallel_workers_per_gather=0 -c max_parallel_maintenance_workers=0';

/**
 * The data source of the TypeORM CLI. Unlike a plain data source, it lets only one process at a time migrate a database, and
 * it reports a fault as a short text without a stack trace.
 */
export class MigratingDataSource extends DataSource {
  private readonly servers: Servers;
  private readonly fault: StartupFault | undefined;

  /**
   * @param entities the classes of the tables. Migrations need none.
   * @param fault an error in the settings. `initialize` throws it, because the CLI prints such errors without a stack.
   */
  constructor(
    url: string,
    private readonly fields: ConfiguredFields,
    { entities = [], fault }: { readonly entities?: Entities; readonly fault?: StartupFault } = {},
  ) {
    const servers = new Servers(prepared(url), PATIENCE);
    super({
      type: 'postgres',
      url: servers.first,
      applicationName: 'gatehouse-migrations',
      entities: [...entities],
      migrations: expectedMigrations(fields),
      migrationsTableName: MIGRATIONS_TABLE,
      // Each migration opens its own transactions, because indexes are built and dropped concurrently, which no transaction
      // allows.
      migrationsTransactionMode: 'none',
      synchronize: false,
      migrationsRun: false,
      installExtensions: false,
      logger: new MigrationLogger(),
      poolSize: 4,
      connectTimeoutMS: PATIENCE,
      poolErrorHandler: () => {},
      extra: { ...toOneOf(servers), keepAlive: true },
    });
    this.servers = new Servers(url, PATIENCE);
    this.fault = fault;
    this.driver.createSchemaBuilder = () => new AddingSchemaBuilder(this, () => this.requireMigrations());
  }

  override async initialize(): Promise<this> {
    if (this.fault) throw this.fault;
    try {
      await super.initialize();
    } catch (error) {
      if (error instanceof StartupFault) throw error;
      throw new StartupFault(
        isRefusedByPooler(error) ? POOLED : describeConnectionFault(error, this.servers.url),
      );
    }
    const version = String(this.driver.version);
    if (Number.parseInt(version, 10) >= OLDEST_POSTGRES) return this;
    await this.destroy();
    throw new StartupFault(
      `PostgreSQL ${version} is too old. Upgrade to PostgreSQL ${OLDEST_POSTGRES} or newer.`,
    );
  }

  override async runMigrations(options?: { fake?: boolean }): Promise<Migration[]> {
    return await this.withLock(options, (executor) => executor.executePendingMigrations());
  }

  override async undoLastMigration(options?: { fake?: boolean }): Promise<void> {
    await this.withLock(options, (executor) => executor.undoLastMigration());
  }

  /** Reverts all our migrations, newest first, under one lock. Returns their number. */
  async undoAllMigrations(): Promise<number> {
    const { logger } = this;
    if (logger instanceof MigrationLogger) logger.resultsOnly = true;
    return await this.withLock(undefined, (executor) => executor.undoAll());
  }

  override async showMigrations(): Promise<boolean> {
    return await inOneSentence(() => new OurMigrations(this).showMigrations());
  }

  /** `schema:sync` of the TypeORM CLI. Only adds what an entity has and the database lacks. */
  override async synchronize(dropBeforeSync = false): Promise<void> {
    if (dropBeforeSync) await this.dropDatabase();
    await inOneSentence(() => MigrationLock.hold(this.servers, () => super.synchronize()));
  }

  /** `schema:drop` of the TypeORM CLI. */
  override async dropDatabase(): Promise<void> {
    throw new StartupFault(KEEPS_TABLES);
  }

  private async requireMigrations(): Promise<void> {
    const [first] = await pendingMigrations(this, this.fields);
    if (first) throw new StartupFault(PENDING);
  }

  private async withLock<Result>(
    options: { fake?: boolean } | undefined,
    work: (executor: OurMigrations) => Promise<Result>,
  ): Promise<Result> {
    // If the lock is lost, `finally` releases this runner. It then refuses further statements.
    const queryRunner = this.createQueryRunner();
    const executor = new OurMigrations(this, queryRunner);
    executor.transaction = 'none';
    executor.fake = options?.fake ?? false;
    try {
      return await inOneSentence(() =>
        MigrationLock.hold(this.servers, () => asHolder(queryRunner, () => work(executor))),
      );
    } finally {
      await queryRunner.release();
    }
  }
}

async function asHolder<Result>(queryRunner: QueryRunner, work: () => Promise<Result>): Promise<Result> {
  await queryRunner.query(`set application_name to '${AT_WORK}'`);
  const [session] = (await queryRunner.query(
    `select current_setting('transaction_read_only') = 'on' as reads_only`,
  )) as { reads_only: boolean }[];
  if (session?.reads_only) throw new StartupFault(READ_ONLY);
  try {
    return await withStoredNames(queryRunner, work);
  } finally {
    await queryRunner.query('reset application_name').catch(() => {});
  }
}

/**
 * @param url address of PostgreSQL itself, not of a connection pooler
 * @param entities the classes of the tables, to compare them with the database
 */
export function createMigratingDataSource(
  url: string,
  fields: ConfiguredFields = NO_FIELDS,
  entities?: Entities,
): MigratingDataSource {
  return new MigratingDataSource(url, fields, { entities });
}

/**
 * The data source for `DATABASE_DIRECT_URL` or `DATABASE_URL`. If the settings are wrong, `initialize` throws the fault.
 * @param entitiesWith the classes of the tables, for commands that compare them with the database.
 */
export function migratingDataSourceFrom(
  environment: Environment,
  entitiesWith?: (fields: ConfiguredFields) => Entities,
): MigratingDataSource {
  handOverLegacyNames(environment);
  try {
    const { database, fields } = loadMigrationConfig(environment);
    return new MigratingDataSource(database.directUrl, fields, { entities: entitiesWith?.(fields) });
  } catch (error) {
    return faultyDataSource(error);
  }
}

/** A data source whose `initialize` throws the fault, for programs that cannot report one before. */
export function faultyDataSource(error: unknown): MigratingDataSource {
  return new MigratingDataSource('postgresql://localhost/postgres', NO_FIELDS, { fault: toFault(error) });
}

const READ_ONLY =
  'PostgreSQL accepts no writes in this session, so nothing was changed. It may be a replica, or have ' +
  'default_transaction_read_only=on. Set DATABASE_DIRECT_URL to a database that accepts writes, then run the command again. ' +
  'If it names several servers, add target_session_attrs=read-write to it.';

const PENDING =
  'Migrations are pending, and only they know how to treat the tables of an existing application. Run: npm run migration:run';
const KEEPS_TABLES =
  'schema:drop would drop the tables of other applications too, so nothing was changed. ' +
  'To take back what the migrations made, run: npm run migration:revert -- --all';

async function inOneSentence<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isMigrationFault(error) ? error : toFault(error);
  }
}

/** Turns the error into one that the TypeORM CLI prints without a stack trace. */
function toFault(error: unknown): StartupFault {
  if (error instanceof StartupFault) return error;
  debug('%O', error);
  if (error instanceof QueryFailedError || isConnectionLoss(error)) return new StartupFault(describe(error));
  const message = error instanceof Error ? error.message : String(error);
  return new StartupFault(`The command stopped: ${message}. To see where, set NODE_DEBUG=gatehouse.`);
}

function isConnectionLoss(error: unknown): error is Error {
  return (
    error instanceof Error &&
    // TypeORM throws this if the connection is lost during a statement.
    (error.name === 'QueryRunnerAlreadyReleasedError' ||
      /connection (terminated|ended|closed)|ECONNRESET|EPIPE/i.test(error.message))
  );
}

/**
 * Returns PostgreSQL's message without the statement, in whose length the reader would miss it. Leaves out most details,
 * because a whole row may contain a password hash.
 */
function describe(error: Error & { detail?: string; table?: string }): string {
  const detail = error.detail?.startsWith('Key (') ? ` ${error.detail}` : '';
  return `The migrations stopped: ${error.message.replace(/\.$/, '')}.${detail} Correct this, then run the command again. It continues where it stopped.`;
}

/** Variables that the migrations read. Those of legacy JWTs concern only the server. */
const FOR_MIGRATIONS =
  /^(LEGACY_(?!JWT_)\w+|FIREBASE_SCRYPT_\w+|(SESSION|ACCOUNT|VERIFICATION|JWKS|RATE_LIMIT)_MODEL_NAME|WRAP_WEAK_HASHES|TWO_FACTOR_SCHEMA_USER_FIELDS_TWO_FACTOR_ENABLED|GATEHOUSE_REPORT)$/;

/** Copies variables for the migrations from `.env` to `process.env`, because the migrations read only that. */
export function handOverLegacyNames(environment: Environment): void {
  for (const [name, value] of Object.entries(environment)) {
    if (FOR_MIGRATIONS.test(name) && value) process.env[name] ??= value;
  }
}

/**
 * Sets the time zone UTC, because a `timestamp` column means UTC here, and PostgreSQL converts it by the session's time
 * zone. Removes the statement timeout, because building an index may take longer than the role's timeout.
 */
function prepared(url: string): string {
  const [, servers = url, query = ''] = /^([^?]*)\??(.*)$/s.exec(url) ?? [];
  const parameters = new URLSearchParams(query);
  const options = parameters.get('options');
  parameters.set('options', [ONE_PROCESSOR, options, SESSION].filter(Boolean).join(' '));
  return `${servers}?${parameters.toString()}`;
}
