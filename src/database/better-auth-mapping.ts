import type { Tables } from './tables.js';

interface Model {
  readonly modelName: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Better Auth's options that name tables and columns. */
export interface BetterAuthMapping {
  readonly user: Model;
  readonly session: Model;
  readonly account: Model;
  readonly verification: Model;
  readonly rateLimit: Model;
  /** The option `schema` of Better Auth's plugin `jwt`. */
  readonly jwks: Model;
}

const TIMES = { createdAt: 'created_at', updatedAt: 'updated_at' };

/** Our columns for Better Auth's fields, in the order of Better Auth's documentation. */
const MODELS = {
  user: {
    table: 'users',
    fields: { name: 'name', email: 'email', emailVerified: 'is_email_verified', image: 'image', ...TIMES },
  },
  session: {
    table: 'sessions',
    fields: {
      token: 'token',
      userId: 'user_id',
      expiresAt: 'expires_at',
      ...TIMES,
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
    },
  },
  account: {
    table: 'accounts',
    fields: {
      userId: 'user_id',
      providerId: 'provider_id',
      accountId: 'provider_user_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      scope: 'scope',
      password: 'password',
      ...TIMES,
    },
  },
  verification: {
    table: 'verifications',
    fields: { identifier: 'identifier', value: 'value', expiresAt: 'expires_at', ...TIMES },
  },
  rateLimit: { table: 'rate_limits', fields: { key: 'key', count: 'count', lastRequest: 'last_request' } },
  jwks: {
    table: 'jwks',
    fields: {
      publicKey: 'public_key',
      privateKey: 'private_key',
      createdAt: 'created_at',
      expiresAt: 'expires_at',
      alg: 'alg',
      crv: 'crv',
    },
  },
} satisfies Record<keyof BetterAuthMapping, { table: string; fields: Record<string, string> }>;

/**
 * The options with which the published better-auth runs on the tables of this database. They contain only fields whose
 * columns have another name. A legacy table that keeps its name is named itself where possible, because better-auth's own
 * migrations do not see views.
 */
export function betterAuthMapping(tables: Tables): BetterAuthMapping {
  const models = Object.entries(MODELS).map(([model, { table, fields }]) => {
    const physical = isReachable(tables, table);
    const columns = Object.entries(fields).map(
      ([field, column]) => [field, columnForLibrary(tables, table, column)] as const,
    );
    const renamed = columns.filter(([field, column]) => field !== column);
    const modelName = physical ? tables.physicalNameOf(table) : tables.nameOf(table);
    return [model, { modelName, fields: Object.fromEntries(renamed) }] as const;
  });
  return Object.fromEntries(models) as unknown as BetterAuthMapping;
}

/** The name of our column in the table that the options name. */
export const columnForLibrary = (tables: Tables, table: string, column: string): string =>
  isReachable(tables, table) ? tables.physicalColumnOf(table, column) : tables.columnOf(table, column);

/** True if options can name the table itself. They can name neither a schema for one table nor the column of the ids. */
export function isReachable(tables: Tables, table: string): boolean {
  return tables.isNear(table) && tables.physicalColumnOf(table, 'id') === 'id';
}
