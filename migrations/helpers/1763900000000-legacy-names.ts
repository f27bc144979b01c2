import type { ColumnDefinition } from './1763900000000-tables.js';

/** What a table of ours may be called before; `variable` names another, or "none". */
interface LegacyTable {
  readonly variable: string;
  readonly names: readonly string[];
}

/** Better Auth's own names, and those Prisma's models give. A `rateLimit` table counts for the old application alone. */
export const LEGACY_TABLES: Readonly<Record<string, LegacyTable>> = {
  users: { variable: 'LEGACY_USERS_TABLE', names: ['user', 'User'] },
  sessions: { variable: 'LEGACY_SESSIONS_TABLE', names: ['session', 'Session'] },
  accounts: { variable: 'LEGACY_ACCOUNTS_TABLE', names: ['account', 'Account'] },
  verifications: { variable: 'LEGACY_VERIFICATIONS_TABLE', names: ['verification', 'Verification'] },
};

/** Columns of `users` that a variable may name, since they are ours and not only read. */
const VARIABLES: Readonly<Record<string, string>> = {
  'users.id': 'LEGACY_ID_COLUMN',
  'users.email': 'LEGACY_EMAIL_COLUMN',
  'users.created_at': 'LEGACY_CREATED_AT_COLUMN',
  'users.updated_at': 'LEGACY_UPDATED_AT_COLUMN',
};

/** Better Auth's and Auth.js's names, where they are more than ours in camel case. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'users.is_email_verified': ['emailVerified', 'email_verified'],
  'sessions.token': ['sessionToken', 'session_token'],
  'sessions.expires_at': ['expires'],
  'accounts.provider_id': ['provider'],
  'accounts.provider_user_id': ['accountId', 'account_id', 'providerAccountId', 'provider_account_id'],
};

/** The variable that names the column, where there is one. */
export function variableOf(table: string, { name }: ColumnDefinition): string | undefined {
  return VARIABLES[`${table}.${name}`];
}

/** Names under which a column of ours may stand in a legacy table; the variable's alone where it is set. */
export function legacyNames(table: string, definition: ColumnDefinition): readonly string[] {
  const named = process.env[variableOf(table, definition) ?? ''];
  if (named) return [named];
  const { name } = definition;
  const camelCase = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return [camelCase, ...(OTHERS[`${table}.${name}`] ?? [])].filter((candidate) => candidate !== name);
}
