import type { QueryRunner } from 'typeorm';
import { quote, readTable, spelt, type ColumnFacts } from './helpers/1763900000000-catalogue.js';
import { MigrationFault } from './helpers/1763900000000-fault.js';
import { physicalTable } from './helpers/1763900000000-moved-tables.js';
import { factorTables, FLAGS, isSet, SECRETS } from './helpers/1763900000000-second-factors.js';
import { findName, plainName } from './helpers/1763900000000-spelling.js';
import { addedColumns } from './helpers/1763900000000-undo-journal.js';

/** Users whose second factors one statement reads. */
export const FACTORS_AT_ONCE = 500;

/** The legacy users, as far as their second factors are concerned. */
export interface FactorUsers {
  /** For SQL. */
  readonly relation: string;
  readonly id: string;
  readonly idType: string;
  readonly enabled: string;
  readonly secret: ColumnFacts | undefined;
  /** SQL: true if the users table says that this user `u` has a second factor. Undefined if it has no such column. */
  readonly isFlagged: string | undefined;
}

export async function readFactorUsers(
  queryRunner: QueryRunner,
  factors: { readonly enabledColumn: string; readonly secretColumn: string | undefined },
): Promise<FactorUsers> {
  const physical = await physicalTable(queryRunner, 'users');
  const table = await readTable(queryRunner, physical.name, physical.schema);
  const columns = new Map(table?.columns);
  for (const added of await addedColumns(queryRunner, 'users')) columns.delete(added);
  const found = (wanted: readonly string[]) => {
    const name = findName(columns.keys(), wanted);
    return name === undefined ? undefined : columns.get(name);
  };
  const secret = found(factors.secretColumn === undefined ? SECRETS : [factors.secretColumn]);
  if (!secret && factors.secretColumn !== undefined)
    throw new MigrationFault(
      `The users table has no column ${factors.secretColumn}. Correct LEGACY_TOTP_SECRET_COLUMN.`,
    );
  const flags = FLAGS.flatMap((flag) => found([flag]) ?? []);
  const id = physical.columnOf('id');
  return {
    relation: physical.relation,
    id: `u.${quote(id)}`,
    idType: table?.columns.get(id)?.type ?? 'text',
    enabled: quote(physical.columnOf(factors.enabledColumn)),
    secret,
    isFlagged: flags.length === 0 ? undefined : `(${flags.map(isSet).join(' or ')})`,
  };
}

/** A place with secrets. */
export interface FactorSource {
  /** The table of the framework, as `s`, with its users; undefined for the users table itself. */
  readonly table: string | undefined;
  /** SQL of the id of the user in that table. */
  readonly user: string;
  /** SQL of the secret. */
  readonly secret: string;
  /** SQL: true if the user `u` has this second factor. */
  readonly isOn: string;
  readonly format: 'base32' | 'hex';
}

/** Tables of frameworks with secrets, by name. */
const TABLES: Readonly<Record<string, Omit<FactorSource, 'table'>>> = {
  // django-otp
  otp_totp_totpdevice: { user: 's.user_id', secret: 's.key', isOn: 's.confirmed', format: 'hex' },
  // django-allauth
  mfa_authenticator: {
    user: 's.user_id',
    secret: `s.data->>'secret'`,
    isOn: `s.type = 'totp'`,
    format: 'base32',
  },
  // Supabase
  mfa_factors: {
    user: 's.user_id',
    secret: 's.secret',
    isOn: `s.status::text = 'verified' and s.factor_type::text = 'totp'`,
    format: 'base32',
  },
  // Laragear Two-Factor
  two_factor_authentications: {
    user: 's.authenticatable_id',
    secret: 's.shared_secret',
    isOn: 's.enabled_at is not null',
    format: 'base32',
  },
};

/** ASP.NET Core Identity keeps the secret of an app among its tokens, and a column of the users says whether it is on. */
const ASPNET = 'AspNetUserTokens';

export async function readFactorSources(
  queryRunner: QueryRunner,
  { secret, isFlagged }: FactorUsers,
): Promise<FactorSource[]> {
  const sources: FactorSource[] = [];
  if (secret) {
    const own = `u.${quote(secret.name)}`;
    sources.push({
      table: undefined,
      user: '',
      secret: own,
      isOn: isFlagged ?? isSet(secret),
      format: 'base32',
    });
  }
  for (const found of await factorTables(queryRunner)) {
    const known = TABLES[Object.keys(TABLES).find((name) => plainName(name) === plainName(found.name)) ?? ''];
    if (known) sources.push({ ...known, table: spelt(found) });
  }
  const [tokens] = (await queryRunner.query(
    `select n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relname = '${ASPNET}' and c.relkind in ('r', 'p') limit 1`,
  )) as { schema: string }[];
  if (tokens && isFlagged)
    sources.push({
      table: spelt({ schema: tokens.schema, name: ASPNET }),
      user: 's."UserId"',
      secret: 's."Value"',
      isOn: `s."Name" = 'AuthenticatorKey' and ${isFlagged}`,
      format: 'base32',
    });
  return sources;
}

export interface StoredFactor {
  readonly id: string;
  readonly secret: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** The next users of this source, in the order of their ids. */
export async function readFactors(
  queryRunner: QueryRunner,
  { relation, id, idType }: FactorUsers,
  { table, user, secret, isOn }: FactorSource,
  last: string | undefined,
): Promise<StoredFactor[]> {
  const [from, row] = table
    ? [`${relation} u join ${table} s on ${user}::text = ${id}::text`, 's']
    : [`${relation} u`, 'u'];
  return (await queryRunner.query(
    `select distinct on (${id}) ${id}::text as id, (${secret})::text as secret, to_jsonb(${row}) as row
     from ${from} where ${isOn} and coalesce((${secret})::text, '') <> ''
     ${last === undefined ? '' : `and ${id} > $1::${idType}`} order by ${id} limit ${FACTORS_AT_ONCE}`,
    last === undefined ? [] : [last],
  )) as StoredFactor[];
}
