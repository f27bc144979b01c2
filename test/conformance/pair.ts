import { freePort } from '../../src/local/free-port.js';
import { startOpenIdProvider, type OpenIdProvider } from '../openid/openid-provider.js';
import { startDnsServer } from '../dns/dns-server.js';
import { startOracle } from '../oracle/oracle.js';
import { startSamlProvider } from '../saml/saml-provider.js';
import { fetchDocument } from '../documentation/document.js';
import { PluginErrorCheck } from '../documentation/plugin-error-check.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse } from '../setup/gatehouse.js';
import { migrate } from '../setup/migrate.js';
import { compare, type Difference } from './compare.js';
import { createSide, type Side } from './side.js';
import type { Scenario } from './steps.js';

/** One configuration, written for both servers. */
export interface OptionSet {
  /** Better Auth's options. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The same configuration as variables of Gatehouse. */
  readonly variables?: Readonly<Record<string, string>>;
  /** If true, both servers run with NODE_ENV=production. */
  readonly production?: boolean;
  /** If true, the two servers share an OpenID provider. `{idp}` in options and variables becomes its origin. */
  readonly provider?: boolean;
  /** If true, the two servers share a SAML identity provider. */
  readonly saml?: boolean;
  /** If true, the two servers share a DNS server. */
  readonly dns?: boolean;
  /** If true, `migration:run` adds the columns and tables that the variables configure to both databases first. */
  readonly additionalFields?: boolean;
  /** If true, both servers ask stand-ins of services on the internet. */
  readonly outside?: boolean;
  /** A module with functions, which both servers load. */
  readonly module?: string;
}

export interface Sides {
  readonly oracle: Side;
  readonly gatehouse: Side;
}

export interface Pair {
  compare(scenario: Scenario): Promise<Difference[]>;
  /** Both servers, with new browsers and without saved values. Nothing is deleted from the databases. */
  newSides(): Sides;
  /** Both servers, with everything that they have written since they started. */
  all(): Sides;
  /** What this server's plugins have answered although its document does not say so. */
  readonly undocumented: readonly string[];
  stop(): Promise<void>;
}

/** Starts Better Auth and Gatehouse with the same configuration, each with its own database. */
export async function startPair(optionSet: OptionSet = {}): Promise<Pair> {
  const provider = optionSet.provider ? await startOpenIdProvider() : undefined;
  const saml = optionSet.saml ? await startSamlProvider() : undefined;
  const dns = optionSet.dns ? await startDnsServer() : undefined;
  const { options, variables, production, additionalFields, module } = withProviderOrigin(
    provider,
    optionSet,
  );
  const port = String(await freePort());
  const environment: Record<string, string> = {
    ...(production ? { NODE_ENV: 'production' } : {}),
    ...dns?.environment,
    ...(optionSet.outside ? { NODE_OPTIONS: '--import=./test/conformance/outside-services.mjs' } : {}),
  };
  const loaded: Record<string, string> = module ? { PLUGINS: module } : {};
  const address: Record<string, string> = production ? { BETTER_AUTH_URL: `http://localhost:${port}` } : {};
  const fields = additionalFields ? { ...variables, ...loaded } : undefined;
  const oracleDatabase = await migrated(fields);
  const gatehouseDatabase = await createDatabase({ template: nameOf(oracleDatabase) });
  const [oracle, gatehouse] = await Promise.all([
    startOracle(oracleDatabase, {
      password: 'quick',
      options,
      environment: { ...environment, ...(module ? { ORACLE_MODULE: module } : {}) },
    }),
    startGatehouse({ ...environment, ...address, ...variables, ...loaded, PORT: port }, gatehouseDatabase),
  ]);
  const check = variables?.['PLUGINS']
    ? new PluginErrorCheck((await fetchDocument(gatehouse)).document)
    : undefined;
  const newSides = () => ({
    oracle: createSide(oracle.origin, oracleDatabase, { log: () => oracle.log(), provider, saml, dns }),
    gatehouse: createSide(gatehouse.origin, gatehouseDatabase, {
      log: () => gatehouse.log(),
      provider,
      saml,
      dns,
      watch: check?.watch,
    }),
  });
  const all = newSides();
  const compared = newSides();
  return {
    newSides,
    all: () => all,
    undocumented: check?.faults ?? [],
    async compare(scenario) {
      await Promise.all([compared.oracle.reset(), compared.gatehouse.reset()]);
      provider?.mend();
      dns?.records.clear();
      return compare(scenario, compared.oracle, compared.gatehouse);
    },
    async stop() {
      await Promise.all([oracle.stop(), gatehouse.stop()]);
      dns?.stop();
      await Promise.all([oracleDatabase.drop(), gatehouseDatabase.drop(), provider?.stop(), saml?.stop()]);
    },
  };
}

/** @param fields the variables that configure additional fields, if the option set has some */
async function migrated(fields: Record<string, string> | undefined): Promise<TestDatabase> {
  const database = await createDatabase({ template: MIGRATED });
  if (!fields) return database;
  await migrate(database, fields);
  return database;
}

/** A database can be copied while nobody is connected to it. */
const nameOf = ({ url }: TestDatabase): string => new URL(url).pathname.slice(1);

function withProviderOrigin(provider: OpenIdProvider | undefined, optionSet: OptionSet): OptionSet {
  return provider
    ? (JSON.parse(JSON.stringify(optionSet).replaceAll('{idp}', provider.origin)) as OptionSet)
    : optionSet;
}
