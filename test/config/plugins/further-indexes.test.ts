import { admin } from '../../conformance/scenarios/plugins/admin.js';
import {
  apiKey,
  apiKeyLimits,
  apiKeySessions,
  passkey,
} from '../../conformance/scenarios/plugins/api-key.js';
import {
  anonymous,
  device,
  lastLogin,
  multiSession,
  oneTimeToken,
  phone,
} from '../../conformance/scenarios/plugins/further-plugins.js';
import * as oauth from '../../conformance/scenarios/plugins/oauth-provider.js';
import { organization } from '../../conformance/scenarios/plugins/organization.js';
import * as scim from '../../conformance/scenarios/plugins/scim.js';
import {
  emailOtp,
  magicLink,
  twoFactor,
  username,
} from '../../conformance/scenarios/plugins/sign-in-plugins.js';
import * as sso from '../../conformance/scenarios/plugins/sso.js';
import { CONNECTIONS } from '../../conformance/scim-connections.js';
import { createSide } from '../../conformance/side.js';
import type { Scenario } from '../../conformance/steps.js';
import { startOpenIdProvider } from '../../openid/openid-provider.js';
import { startSamlProvider } from '../../saml/saml-provider.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { listenToStatements } from '../../setup/statement-listener.js';

const VARIABLES = {
  PLUGINS: [
    'admin,organization,two-factor,username,magic-link,email-otp,phone-number,anonymous,multi-session',
    'one-time-token,device-authorization,last-login-method,passkey,api-key,oauth-provider,sso,scim',
  ].join(),
  ORGANIZATION_TEAMS_ENABLED: 'true',
  ORGANIZATION_DYNAMIC_ACCESS_CONTROL_ENABLED: 'true',
  LAST_LOGIN_METHOD_STORE_IN_DATABASE: 'true',
  API_KEY_ENABLE_SESSION_FOR_API_KEYS: 'true',
  OAUTH_PROVIDER_LOGIN_PAGE: '/login',
  OAUTH_PROVIDER_CONSENT_PAGE: '/consent',
  SCIM_CONNECTIONS: JSON.stringify(CONNECTIONS),
  RATE_LIMIT_ENABLED: 'false',
};

const SCENARIOS: readonly Scenario[] = [
  ...[admin, organization, twoFactor, username, magicLink, emailOtp, phone, anonymous, multiSession].flat(),
  ...[oauth.clients, oauth.flow, oauth.ending, scim.users, scim.groups].flat(),
  ...[sso.providers, sso.openId, sso.samlSignIn].flat(),
  ...[oneTimeToken, device, lastLogin, passkey, apiKey, apiKeySessions, apiKeyLimits].flat(),
];

/** Enough rows that PostgreSQL prefers any index that fits. */
const ROWS = 20_000;

/** Milliseconds. */
const SLOW = 240_000;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

const ALLOWED = [
  // `list-users` searches inside of addresses and names, for which only an extension of PostgreSQL has an index.
  /where "users"\."(email|name)" like \$1/,
  // Reads no more rows than the limit says.
  /^select "primary"\.\* from \(select \* from "(jwks|sso_providers)" limit \$1\)/,
  // The sweeper of this server looks for expired rows. It runs at intervals, not for a request.
  /pg_try_advisory_xact_lock/,
];

let filled: ReadonlySet<string>;
let empty: TestDatabase;
let large: TestDatabase;

beforeAll(async () => {
  [empty, large] = await Promise.all([
    createDatabase({ template: MIGRATED }),
    createDatabase({ template: MIGRATED }),
  ]);
  await Promise.all([migrate(empty, VARIABLES), migrate(large, VARIABLES)]);
  filled = await fill(large);
}, SLOW);

afterAll(async () => {
  await empty.drop();
  await large.drop();
});

test(
  'no statement of a plugin reads a whole large table',
  async () => {
    const statements = await statementsOf(SCENARIOS);
    expect(statements.length).toBeGreaterThan(100);
    const scans = [];
    for (const statement of statements)
      for (const table of scannedBy(await planOf(statement)))
        if (filled.has(table) && !ALLOWED.some((allowed) => allowed.test(statement)))
          scans.push(`${table}: ${statement}`);
    expect(scans).toEqual([]);
  },
  SLOW,
);

/** The texts of the statements that the server runs during the scenarios, on tables with few rows. */
async function statementsOf(scenarios: readonly Scenario[]): Promise<string[]> {
  const listener = await listenToStatements(empty.url);
  const [provider, saml] = await Promise.all([startOpenIdProvider(), startSamlProvider()]);
  const variables = { ...VARIABLES, BETTER_AUTH_TRUSTED_ORIGINS: provider.origin };
  const gatehouse = await startGatehouse(variables, { ...empty, url: listener.url });
  const side = createSide(gatehouse.origin, empty, { log: () => gatehouse.log(), provider, saml });
  for (const { steps } of scenarios) {
    await side.reset();
    for (const step of steps) await step.run(side);
  }
  await gatehouse.stop();
  await Promise.all([listener.stop(), provider.stop(), saml.stop()]);
  return [...listener.texts].filter((text) => /^\s*(select|insert|update|delete|with)\b/i.test(text));
}

async function planOf(statement: string): Promise<Plan> {
  const [row] = await large.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `explain (generic_plan, format json) ${statement}`,
  );
  if (!row) throw new Error(`No plan for ${statement}`);
  return row['QUERY PLAN'][0].Plan;
}

function scannedBy(plan: Plan): string[] {
  const { 'Node Type': type, 'Relation Name': table = '', Plans: parts = [] } = plan;
  return [...(type === 'Seq Scan' ? [table] : []), ...parts.flatMap(scannedBy)];
}

/** Puts rows into all tables of the protocol and of plugins, after those that their foreign keys name. */
async function fill(database: TestDatabase): Promise<ReadonlySet<string>> {
  const tables = await database.query<{ name: string; columns: Column[]; needs: string[] }>(TABLES);
  const done = new Set<string>();
  while (done.size < tables.length) {
    const ready = tables.filter(
      ({ name, needs }) => !done.has(name) && needs.every((needed) => needed === name || done.has(needed)),
    );
    for (const { name, columns } of ready) {
      await database.query(
        `insert into ${name} (${columns.map((column) => column.name).join(', ')})
         select ${columns.map((column) => valueOf(name, column)).join(', ')} from generate_series(1, ${ROWS}) n`,
      );
      done.add(name);
    }
  }
  await database.query('vacuum analyze');
  return done;
}

interface Column {
  readonly name: string;
  readonly type: string;
  /** The table whose id the column has, or the other column whose value it has. */
  readonly target: string | null;
}

function valueOf(table: string, { name, type, target }: Column): string {
  if (name === 'id') return `'${table}' || n`;
  if (target) return `'${target}' || n`;
  if (type === 'jsonb') return 'to_jsonb(n)';
  if (type === 'boolean') return 'false';
  if (type === 'timestamp with time zone') return `now() + n * interval '1 second'`;
  return /text|char/.test(type) ? `'${name}' || n` : 'n';
}

const TABLES = `
select c.relname as name,
       (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null), 'target', f.target))
          from pg_attribute a
          left join (select unnest(k.conkey) as attnum, 
                            case a.attname when 'id' then k.confrelid::regclass::text else a.attname end as target
                       from pg_constraint k
                       join pg_attribute a on a.attrelid = k.confrelid and a.attnum = k.confkey[1]
                      where k.conrelid = c.oid and k.contype = 'f') f using (attnum)
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       (select coalesce(json_agg(k.confrelid::regclass::text), '[]') from pg_constraint k
         where k.conrelid = c.oid and k.contype = 'f') as needs
  from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'gatehouse_migrations'`;
