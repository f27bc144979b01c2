export type Family = 'string' | 'time' | 'boolean' | 'integer';

/** A column of ours as in a fresh database. An `essential` column cannot be added to a table that has rows. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly family: Family;
  readonly notNull: boolean;
  readonly fallback?: string;
  readonly essential: boolean;
}

interface Traits {
  readonly notNull?: boolean;
  readonly fallback?: string;
  readonly essential?: boolean;
}

const column =
  (family: Family, type: string) =>
  (name: string, traits: Traits = {}): ColumnDefinition => ({
    notNull: false,
    essential: false,
    ...traits,
    name,
    type,
    family,
  });

const text = column('string', 'text');
const varchar = column('string', 'varchar(255)');
const time = column('time', 'timestamptz');
const boolean = column('boolean', 'boolean');
const integer = column('integer', 'integer');
const bigint = column('integer', 'bigint');

const ESSENTIAL: Traits = { notNull: true, essential: true };
const NOW: Traits = { notNull: true, fallback: 'now()' };
const FALSE: Traits = { notNull: true, fallback: 'false' };
const TIMES = [time('created_at', NOW), time('updated_at', NOW)];

/** `user_id` gets the type of `users.id`. Its type here is a placeholder. */
export const TABLES: Readonly<Record<string, readonly ColumnDefinition[]>> = {
  users: [
    varchar('id', ESSENTIAL),
    text('name', { notNull: true }),
    text('email', ESSENTIAL),
    time('email_verified'),
    boolean('is_email_verified', FALSE),
    text('image'),
    boolean('banned', FALSE),
    text('ban_reason'),
    time('ban_expires'),
    ...TIMES,
  ],
  sessions: [
    varchar('id', ESSENTIAL),
    varchar('user_id', ESSENTIAL),
    time('expires_at', ESSENTIAL),
    text('token', { notNull: true }),
    text('ip_address'),
    text('user_agent'),
    ...TIMES,
  ],
  accounts: [
    varchar('id', ESSENTIAL),
    varchar('user_id', ESSENTIAL),
    varchar('provider_id', ESSENTIAL),
    varchar('provider_user_id', ESSENTIAL),
    text('access_token'),
    text('refresh_token'),
    text('id_token'),
    varchar('token_type'),
    text('scope'),
    bigint('expires_at'),
    time('access_token_expires_at'),
    time('refresh_token_expires_at'),
    text('password'),
    ...TIMES,
  ],
  verifications: [
    varchar('id', ESSENTIAL),
    text('identifier', ESSENTIAL),
    text('value', ESSENTIAL),
    time('expires_at', ESSENTIAL),
    ...TIMES,
  ],
  jwks: [
    varchar('id', ESSENTIAL),
    text('public_key', ESSENTIAL),
    text('private_key', ESSENTIAL),
    text('alg'),
    text('crv'),
    time('created_at', NOW),
    time('expires_at'),
  ],
  rate_limits: [
    varchar('id', ESSENTIAL),
    text('key', ESSENTIAL),
    integer('count', ESSENTIAL),
    bigint('last_request', ESSENTIAL),
  ],
};

export const FAMILIES: Readonly<Record<Family, readonly string[]>> = {
  string: ['text', 'varchar', 'bpchar', 'citext'],
  time: ['timestamptz', 'timestamp'],
  boolean: ['bool'],
  integer: ['int4', 'int8'],
};

/** Types that `users.id` may have. A legacy table keeps its type. */
export const ID_TYPES: readonly string[] = [
  'varchar',
  'text',
  'bpchar',
  'uuid',
  'int2',
  'int4',
  'int8',
  'numeric',
];

/** Variables that give our tables other names, because another application may have tables with ours. */
const MODEL_NAMES: Readonly<Record<string, string>> = {
  sessions: 'SESSION_MODEL_NAME',
  accounts: 'ACCOUNT_MODEL_NAME',
  verifications: 'VERIFICATION_MODEL_NAME',
  jwks: 'JWKS_MODEL_NAME',
  rate_limits: 'RATE_LIMIT_MODEL_NAME',
};

/** The variable that renames our table; undefined for `users`. */
export function modelVariable(table: string): string | undefined {
  return MODEL_NAMES[table];
}

/** Name of our table in this database. */
export function tableName(table: string): string {
  return process.env[MODEL_NAMES[table] ?? ''] || table;
}
