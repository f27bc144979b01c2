import { startOracle, type Oracle, type OraclePassword } from '../oracle/oracle.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';

export interface TwoServers {
  readonly database: TestDatabase;
  readonly gatehouse: Gatehouse;
  readonly oracle: Oracle;
  /** A visitor whose cookies both servers receive. */
  visitor(): Visitor;
  stop(): Promise<void>;
}

export interface Visitor {
  readonly gatehouse: BrowserLikeClient;
  readonly oracle: BrowserLikeClient;
}

export interface Setting {
  readonly password?: OraclePassword;
  readonly environment?: Record<string, string>;
  /** Options of the published library. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly database?: TestDatabase;
}

/** Starts Gatehouse and the published Better Auth with the same migrated database and the same secret. */
export async function startTwoServers(setting: Setting = {}): Promise<TwoServers> {
  const database = setting.database ?? (await createDatabase({ template: MIGRATED }));
  const [gatehouse, oracle] = await Promise.all([
    startGatehouse(setting.environment, database),
    startOracle(database, { password: setting.password, options: setting.options }),
  ]);
  return {
    database,
    gatehouse,
    oracle,
    visitor() {
      const cookies = new Map<string, string>();
      return {
        gatehouse: new BrowserLikeClient(gatehouse.origin, true, cookies),
        oracle: new BrowserLikeClient(oracle.origin, true, cookies),
      };
    },
    async stop() {
      await Promise.all([gatehouse.stop(), oracle.stop()]);
      await database.drop();
    },
  };
}

export const SIDES = ['gatehouse', 'oracle'] as const;
export type Side = (typeof SIDES)[number];
export const otherSide = (side: Side): Side => (side === 'gatehouse' ? 'oracle' : 'gatehouse');

export interface SessionAnswer {
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly emailVerified: boolean;
  };
  readonly session: { readonly id: string; readonly token: string };
}

export const PASSWORD = 'correct horse battery staple';

export function signUp(client: BrowserLikeClient, email: string, password = PASSWORD) {
  return client.post('/api/auth/sign-up/email', { name: 'Ada', email, password });
}

export function signIn(client: BrowserLikeClient, email: string, password = PASSWORD) {
  return client.post('/api/auth/sign-in/email', { email, password });
}

export async function sessionOf(client: BrowserLikeClient): Promise<SessionAnswer | null> {
  return (await client.get('/api/auth/get-session')).json<SessionAnswer | null>();
}
