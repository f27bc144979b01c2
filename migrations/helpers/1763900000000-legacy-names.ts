import type { ColumnDefinition } from './1763900000000-tables.js';

/** Names that one of our tables may have before the migrations. `variable` can name another one, or "none". */
interface LegacyTable {
  readonly variable: string;
  readonly names: readonly string[];
}

/**
 * Names of Better Auth and of Prisma's models, and for `users` of other frameworks. Excludes `rateLimit`, because only
 * the old application uses its counts.
 */
export const LEGACY_TABLES: Readonly<Record<string, LegacyTable>> = {
  users: {
    variable: 'LEGACY_USERS_TABLE',
    names: [
      'user',
      'User',
      'auth_user',
      'AspNetUsers',
      'app_users',
      'app_user',
      'accounts_user',
      'users_user',
    ],
  },
  sessions: { variable: 'LEGACY_SESSIONS_TABLE', names: ['session', 'Session'] },
  accounts: { variable: 'LEGACY_ACCOUNTS_TABLE', names: ['account', 'Account'] },
  verifications: { variable: 'LEGACY_VERIFICATIONS_TABLE', names: ['verification', 'Verification'] },
};

/** Names that Better Auth and Prisma give the users table. Only beside such a table may `session` and `account` become ours. */
export const BETTER_AUTH_USERS: readonly string[] = ['user', 'User'];

/** Variables that name columns of `users` which become ours. Other legacy columns are only read. */
const VARIABLES: Readonly<Record<string, string>> = {
  'users.id': 'LEGACY_ID_COLUMN',
  'users.email': 'LEGACY_EMAIL_COLUMN',
  'users.created_at': 'LEGACY_CREATED_AT_COLUMN',
  'users.updated_at': 'LEGACY_UPDATED_AT_COLUMN',
};

/** Other names of a column with the same meaning: those of Better Auth and Auth.js, and for `users` of other frameworks. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'users.email': ['email_address', 'mail'],
  'users.is_email_verified': ['email_verified'],
  'users.created_at': [
    'date_joined',
    'inserted_at',
    'created',
    'created_on',
    'registered_at',
    'date_created',
  ],
  'users.updated_at': ['modified_at', 'updated', 'updated_on', 'last_modified', 'date_updated'],
  'sessions.token': ['session_token'],
  'sessions.expires_at': ['expires'],
  'accounts.provider_id': ['provider'],
  'accounts.provider_user_id': ['account_id', 'provider_account_id'],
};

/** The variable that can name the column, if there is one. */
export function variableOf(table: string, { name }: ColumnDefinition): string | undefined {
  return VARIABLES[`${table}.${name}`];
}

/** Names our column may have in a legacy table, in any spelling. If its variable is set, only that name. */
export function legacyNames(table: string, definition: ColumnDefinition): readonly string[] {
  const named = process.env[variableOf(table, definition) ?? ''];
  return named ? [named] : [definition.name, ...(OTHERS[`${table}.${definition.name}`] ?? [])];
}
