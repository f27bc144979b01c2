import type { ColumnDefinition } from './1763900000000-tables.js';

/** Names that one of our tables may have before the migrations. `variable` can name another one, or "none". */
interface LegacyTable {
  readonly variable: string;
  readonly names: readonly string[];
}

/**
 * Names of Better Auth and of Prisma's models. Excludes `rateLimit`, because only the old application uses its counts.
 */
export const LEGACY_TABLES: Readonly<Record<string, LegacyTable>> = {
  users: { variable: 'LEGACY_USERS_TABLE', names: ['user', 'User'] },
  sessions: { variable: 'LEGACY_SESSIONS_TABLE', names: ['session', 'Session'] },
  accounts: { variable: 'LEGACY_ACCOUNTS_TABLE', names: ['account', 'Account'] },
  verifications: { variable: 'LEGACY_VERIFICATIONS_TABLE', names: ['verification', 'Verification'] },
};

/** Variables that name columns of `users` which become ours. Other legacy columns are only read. */
const VARIABLES: Readonly<Record<string, string>> = {
  'users.id': 'LEGACY_ID_COLUMN',
  'users.email': 'LEGACY_EMAIL_COLUMN',
  'users.created_at': 'LEGACY_CREATED_AT_COLUMN',
  'users.updated_at': 'LEGACY_UPDATED_AT_COLUMN',
};

/** Column names of Better Auth and Auth.js that are not simply ours in camel case. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'users.is_email_verified': ['emailVerified', 'email_verified'],
  'sessions.token': ['sessionToken', 'session_token'],
  'sessions.expires_at': ['expires'],
  'accounts.provider_id': ['provider'],
  'accounts.provider_user_id': ['accountId', 'account_id', 'providerAccountId', 'provider_account_id'],
};

/** The variable that can name the column, if there is one. */
export function variableOf(table: string, { name }: ColumnDefinition): string | undefined {
  return VARIABLES[`${table}.${name}`];
}

/** Names our column may have in a legacy table. If its variable is set, only that name. */
export function legacyNames(table: string, definition: ColumnDefinition): readonly string[] {
  const named = process.env[variableOf(table, definition) ?? ''];
  if (named) return [named];
  const { name } = definition;
  const camelCase = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return [camelCase, ...(OTHERS[`${table}.${name}`] ?? [])].filter((candidate) => candidate !== name);
}
