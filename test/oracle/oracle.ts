import { resolve } from 'node:path';
import { betterAuthMapping, type BetterAuthMapping } from '../../src/database/better-auth-mapping.js';
import { readTables } from '../../src/database/tables.js';
import { freePort } from '../../src/local/free-port.js';
import type { TestDatabase } from '../setup/database.js';
import { SECRET } from '../setup/gatehouse.js';
import { startProgram } from '../setup/program.js';

/**
 * `scrypt` is Better Auth's default. `bcrypt` is the configuration that the README recommends. `quick` is for tests that are
 * not about passwords.
 */
export type OraclePassword = 'scrypt' | 'bcrypt' | 'quick';

export interface OracleSettings {
  readonly password?: OraclePassword;
  /** Better Auth's options as JSON. `jwt`, `bearer` and `genericOAuth` hold the options of the plugins. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly port?: number;
  /** Names of tables and columns. By default those that fit the database. */
  readonly mapping?: BetterAuthMapping;
}

/** The published `better-auth`, running in its own process. */
export interface Oracle {
  readonly origin: string;
  /** Everything that it has written to standard output and standard error. */
  log(): string;
  stop(): Promise<void>;
}

/** @param database a database with Gatehouse's migrations */
export async function startOracle(database: TestDatabase, settings: OracleSettings = {}): Promise<Oracle> {
  const port = settings.port ?? (await freePort());
  const origin = `http://localhost:${port}`;
  const program = startProgram(resolve('test/oracle/serve.mjs'), {
    environment: {
      ...(await environmentOf(database, settings)),
      BETTER_AUTH_URL: origin,
      PORT: String(port),
    },
  });
  await program.told('listening on');
  return {
    origin,
    log: () => program.output(),
    async stop() {
      await program.stop();
    },
  };
}

export interface OraclePlan {
  readonly toBeCreated: readonly unknown[];
  readonly toBeAdded: readonly unknown[];
}

/** Returns the changes that Better Auth's own migrations would make to this database, and their warnings. */
export async function planOf(
  database: TestDatabase,
  options: OracleSettings['options'] = {},
): Promise<{ plan: OraclePlan; log: string }> {
  const program = startProgram(resolve('test/oracle/plan.mjs'), {
    environment: {
      ...(await environmentOf(database, { options })),
      BETTER_AUTH_URL: 'http://localhost:3000',
    },
  });
  await program.ended();
  const log = program.output();
  const found = /^plan: (.*)$/m.exec(log)?.[1];
  if (found === undefined) throw new Error(`plan.mjs printed no plan: ${log}`);
  return { plan: JSON.parse(found) as OraclePlan, log: log.replace(/^plan: .*$/m, '').trim() };
}

/** By default the names of tables and columns fit the database, so Better Auth starts on every database that Gatehouse migrated. */
async function environmentOf(
  database: TestDatabase,
  settings: OracleSettings,
): Promise<Record<string, string>> {
  const tables = await readTables({
    query: async <Result>(text: string) => (await database.query(text)) as Result,
  });
  return {
    ORACLE_MAPPING: JSON.stringify(settings.mapping ?? betterAuthMapping(tables)),
    DATABASE_URL: database.url,
    BETTER_AUTH_SECRET: SECRET,
    ORACLE_PASSWORD: settings.password ?? 'bcrypt',
    ORACLE_OPTIONS: JSON.stringify(settings.options ?? {}),
    ...settings.environment,
  };
}
