import { resolve } from 'node:path';
import { freePort } from '../../src/local/free-port.js';
import type { TestDatabase } from '../setup/database.js';
import { SECRET } from '../setup/gatehouse.js';
import { startProgram } from '../setup/program.js';

/**
 * `scrypt` is the library's own, `bcrypt` what the README tells teams to configure, `quick` for tests that are not about
 * passwords.
 */
export type OraclePassword = 'scrypt' | 'bcrypt' | 'quick';

export interface OracleSettings {
  readonly password?: OraclePassword;
  /** Better Auth's options as JSON can hold them; `jwt`, `bearer` and `genericOAuth` are those of the plugins. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly port?: number;
}

/** The published `better-auth` in a process of its own. */
export interface Oracle {
  readonly origin: string;
  /** Everything it has written, both streams. */
  log(): string;
  stop(): Promise<void>;
}

/** @param database migrated by Gatehouse. */
export async function startOracle(database: TestDatabase, settings: OracleSettings = {}): Promise<Oracle> {
  const port = settings.port ?? (await freePort());
  const origin = `http://localhost:${port}`;
  const program = startProgram(resolve('test/oracle/serve.mjs'), {
    environment: { ...environmentOf(database, settings), BETTER_AUTH_URL: origin, PORT: String(port) },
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

/** What Better Auth's own migrations would do to this database, and what they warned of. */
export async function planOf(database: TestDatabase): Promise<{ plan: OraclePlan; log: string }> {
  const program = startProgram(resolve('test/oracle/plan.mjs'), {
    environment: { ...environmentOf(database, {}), BETTER_AUTH_URL: 'http://localhost:3000' },
  });
  await program.ended();
  const log = program.output();
  const found = /^plan: (.*)$/m.exec(log)?.[1];
  if (found === undefined) throw new Error(`no plan: ${log}`);
  return { plan: JSON.parse(found) as OraclePlan, log: log.replace(/^plan: .*$/m, '').trim() };
}

function environmentOf(database: TestDatabase, settings: OracleSettings): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    BETTER_AUTH_SECRET: SECRET,
    ORACLE_PASSWORD: settings.password ?? 'bcrypt',
    ORACLE_OPTIONS: JSON.stringify(settings.options ?? {}),
    ...settings.environment,
  };
}
