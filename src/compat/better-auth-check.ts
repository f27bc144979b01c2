import pg from 'pg';
import type { Finding } from '../migrating/finding.js';

/** The mapping with which the published better-auth runs on these tables. */
const TIMES = { createdAt: 'created_at', updatedAt: 'updated_at' };
const MAPPING = {
  user: { modelName: 'users', fields: { emailVerified: 'is_email_verified', ...TIMES } },
  session: {
    modelName: 'sessions',
    fields: {
      userId: 'user_id',
      expiresAt: 'expires_at',
      ...TIMES,
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
    },
  },
  account: {
    modelName: 'accounts',
    fields: {
      userId: 'user_id',
      providerId: 'provider_id',
      accountId: 'provider_user_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      ...TIMES,
    },
  },
  verification: { modelName: 'verifications', fields: { expiresAt: 'expires_at', ...TIMES } },
};

/** Said of its own tables as well where ids are counted; the check of the structure compares the type with that of `users.id`. */
const OF_COUNTED_IDS = /^Field user_id in table \w+ has a different type .* Expected string but got int\d\.$/;

interface Plan {
  readonly toBeCreated: readonly { table: string }[];
  readonly toBeAdded: readonly { table: string; fields: Record<string, unknown> }[];
  readonly toBeAddedIndexes?: readonly { name: string; table: string }[];
  readonly schemaProblems?: readonly string[];
}

type GetMigrations = (options: object, behaviour?: object) => Promise<Plan>;

/** What better-auth's own migration would do here; undefined where the package is not installed. */
export async function checkBetterAuth(url: string): Promise<Finding[] | undefined> {
  const getMigrations = await load();
  if (!getMigrations) return undefined;
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => {});
  const said: string[] = [];
  const logger = { level: 'warn', log: (_level: string, message: string) => said.push(message) };
  try {
    const options = { ...MAPPING, database: pool, emailAndPassword: { enabled: true }, logger };
    const plan = await getMigrations(options, { throwOnUnsafe: false });
    return [
      ...problemsOf(plan).map((message) => finding('error', message)),
      ...said
        .filter((message) => !OF_COUNTED_IDS.test(message))
        .map((message) => finding('warning', message)),
    ];
  } catch (error) {
    return [
      finding('error', `getMigrations fails: ${error instanceof Error ? error.message : String(error)}`),
    ];
  } finally {
    await pool.end();
  }
}

function problemsOf(plan: Plan): string[] {
  return [
    ...plan.toBeCreated.map(({ table }) => `getMigrations would create the table ${table}.`),
    ...plan.toBeAdded.map(
      ({ table, fields }) => `getMigrations would add ${table} (${Object.keys(fields).join(', ')}).`,
    ),
    ...(plan.toBeAddedIndexes ?? []).map(
      ({ name, table }) => `getMigrations would create the index ${name} on ${table}.`,
    ),
    ...(plan.schemaProblems ?? []),
  ];
}

function finding(level: Finding['level'], message: string): Finding {
  return {
    level,
    area: 'better-auth',
    message,
    remedy: 'See the findings on the structure; both have one cause.',
  };
}

/** Not a dependency: an application that still runs better-auth beside this server has it. */
async function load(): Promise<GetMigrations | undefined> {
  const specifier = 'better-auth/db/migration';
  try {
    const module = (await import(specifier)) as { getMigrations?: GetMigrations };
    return module.getMigrations;
  } catch {
    return undefined;
  }
}
