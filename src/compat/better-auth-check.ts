import pg from 'pg';
import { betterAuthMapping, isReachable } from '../database/better-auth-mapping.js';
import { toOneOf } from '../database/server-client.js';
import { Servers } from '../database/servers.js';
import { TABLES, type Tables } from '../database/tables.js';
import type { Finding } from '../migrating/finding.js';

/**
 * A warning to ignore. If ids are no texts, better-auth gives it for its own tables too. `checkStructure` compares the type
 * of `user_id` with that of `users.id`.
 */
const NUMERIC_USER_ID =
  /^Field (?:user_id|userId) in table \w+ has a different type .* Expected string but got (?:int\d|numeric|bpchar|uuid)\.$/;

/** Milliseconds that a server has to accept a connection. */
const PATIENCE = 10_000;

interface Plan {
  readonly toBeCreated: readonly { table: string }[];
  readonly toBeAdded: readonly { table: string; fields: Record<string, unknown> }[];
  readonly toBeAddedIndexes?: readonly { name: string; table: string }[];
  readonly schemaProblems?: readonly string[];
}

type GetMigrations = (options: object, behaviour?: object) => Promise<Plan>;

/** Lists what better-auth's own migration would change in this database. Undefined if the package is not installed. */
export async function checkBetterAuth(url: string, tables: Tables): Promise<Finding[] | undefined> {
  const getMigrations = await load();
  if (!getMigrations) return undefined;
  const pool = new pg.Pool({ ...toOneOf(new Servers(url, PATIENCE)), max: 2 });
  pool.on('error', () => {});
  const warnings: string[] = [];
  const logger = { level: 'warn', log: (_level: string, message: string) => warnings.push(message) };
  try {
    const { user, session, account, verification } = betterAuthMapping(tables);
    const models = { user, session, account, verification };
    const options = { ...models, database: pool, emailAndPassword: { enabled: true }, logger };
    const plan = await getMigrations(options, { throwOnUnsafe: false });
    return [
      ...problemsOf(plan, viewsOf(tables)).map((message) => finding('error', message)),
      ...warnings
        .filter((message) => !NUMERIC_USER_ID.test(message))
        .map((message) => finding('warning', message)),
    ];
  } catch (error) {
    return [
      finding(
        'error',
        `Better Auth cannot read this database: ${error instanceof Error ? error.message : String(error)}`,
      ),
    ];
  } finally {
    await pool.end();
  }
}

/** Legacy tables that better-auth reaches only through our views. Its migrations do not see views, so they miss a table. */
function viewsOf(tables: Tables): ReadonlySet<string> {
  return new Set(TABLES.filter((table) => !isReachable(tables, table)).map((table) => tables.nameOf(table)));
}

function problemsOf(plan: Plan, views: ReadonlySet<string>): string[] {
  const created = plan.toBeCreated.filter(({ table }) => !views.has(table));
  return [
    ...created.map(({ table }) => `Better Auth would create the table ${table}.`),
    ...plan.toBeAdded.map(
      ({ table, fields }) =>
        `Better Auth would add columns to ${table} for: ${Object.keys(fields).join(', ')}.`,
    ),
    ...(plan.toBeAddedIndexes ?? []).map(
      ({ name, table }) => `Better Auth would create the index ${name} on ${table}.`,
    ),
    ...(plan.schemaProblems ?? []),
  ];
}

function finding(level: Finding['level'], message: string): Finding {
  return {
    level,
    area: 'better-auth',
    message,
    remedy:
      'Correct the findings under Structure, which have the same cause. Then run again: npm run compat:check',
  };
}

/** Undefined if the package is not installed. It is no dependency of the server, only of its tests. */
async function load(): Promise<GetMigrations | undefined> {
  const specifier = 'better-auth/db/migration';
  try {
    const module = (await import(specifier)) as { getMigrations?: GetMigrations };
    return module.getMigrations;
  } catch {
    return undefined;
  }
}
