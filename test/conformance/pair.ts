import { freePort } from '../../src/local/free-port.js';
import { startOpenIdProvider, type OpenIdProvider } from '../openid/openid-provider.js';
import { startOracle } from '../oracle/oracle.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse } from '../setup/gatehouse.js';
import { startProgram } from '../setup/program.js';
import { compare, type Difference } from './compare.js';
import { createSide, type Side } from './side.js';
import type { Scenario } from './steps.js';

/** One configuration in the words of either server. */
export interface OptionSet {
  /** Better Auth's options. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The same as Gatehouse's variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether both run as in production. */
  readonly production?: boolean;
  /** Whether they share an OpenID provider; `{idp}` in options and variables is its origin. */
  readonly provider?: boolean;
  /** Whether Gatehouse's migrations have columns of additional fields to add, to either database. */
  readonly additionalFields?: boolean;
}

export interface Sides {
  readonly oracle: Side;
  readonly gatehouse: Side;
}

export interface Pair {
  compare(scenario: Scenario): Promise<Difference[]>;
  /** Either server as somebody sees it who has done nothing yet; nothing is deleted. */
  anew(): Sides;
  /** Either server with all that it has written since the start. */
  all(): Sides;
  stop(): Promise<void>;
}

/** Better Auth and Gatehouse, configured alike, each on a database of its own. */
export async function startPair(optionSet: OptionSet = {}): Promise<Pair> {
  const provider = optionSet.provider ? await startOpenIdProvider() : undefined;
  const { options, variables, production, additionalFields } = pointedAt(provider, optionSet);
  const port = String(await freePort());
  const environment: Record<string, string> = production ? { NODE_ENV: 'production' } : {};
  const address: Record<string, string> = production ? { BETTER_AUTH_URL: `http://localhost:${port}` } : {};
  const fields = additionalFields ? variables : undefined;
  const [database, own] = await Promise.all([migrated(fields), migrated(fields)]);
  const [oracle, gatehouse] = await Promise.all([
    startOracle(database, { password: 'quick', options, environment }),
    startGatehouse({ ...environment, ...address, ...variables, PORT: port }, own),
  ]);
  const anew = () => ({
    oracle: createSide(oracle.origin, database, { log: () => oracle.log(), provider }),
    gatehouse: createSide(gatehouse.origin, own, { log: () => gatehouse.log(), provider }),
  });
  const all = anew();
  const { oracle: there, gatehouse: here } = anew();
  return {
    anew,
    all: () => all,
    async compare(scenario) {
      await Promise.all([there.reset(), here.reset()]);
      provider?.mend();
      return compare(scenario, there, here);
    },
    async stop() {
      await Promise.all([oracle.stop(), gatehouse.stop()]);
      await Promise.all([database.drop(), own.drop(), provider?.stop()]);
    },
  };
}

/** @param fields the variables that configure additional fields, if there are any. */
async function migrated(fields: Record<string, string> | undefined): Promise<TestDatabase> {
  const database = await createDatabase({ template: MIGRATED });
  if (!fields) return database;
  const migration = startProgram('../node_modules/typeorm/cli.js', {
    arguments: ['migration:run', '-d', 'dist/ormconfig.js'],
    environment: { DATABASE_URL: database.url, ...fields },
  });
  if ((await migration.ended()) !== 0) throw new Error(migration.output());
  return database;
}

function pointedAt(provider: OpenIdProvider | undefined, optionSet: OptionSet): OptionSet {
  return provider
    ? (JSON.parse(JSON.stringify(optionSet).replaceAll('{idp}', provider.origin)) as OptionSet)
    : optionSet;
}
