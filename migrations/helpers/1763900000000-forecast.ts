import type { QueryRunner } from 'typeorm';
import { currentName, isMoved, type Adoption } from './1763900000000-adoption.js';
import { literal, quote, spelt } from './1763900000000-catalogue.js';
import { choicesNow, type Choices } from './1763900000000-choices.js';
import { DELETED, LOCKED, type LegacyRules } from './1763900000000-legacy-rules.js';
import type { LegacyUsers } from './1763900000000-legacy-users.js';
import { isUsableHash, legacyPassword, passwordColumns } from './1763900000000-password-formats.js';

/** Who will be able to sign in with a password. The plan and the final report count in the same words. */
export interface SignIns {
  readonly users: number;
  readonly canSignIn: number;
  /** Numbers of users who cannot, by reason. Each user counts once. */
  readonly cannot: Readonly<Record<string, number>>;
}

/** What the migrations will make of the legacy users. */
export interface Forecast extends SignIns {
  /** The chosen table, with its schema if that is not the first one of `search_path`. */
  readonly table: string;
  /** The schema is null if it is the first one of `search_path`. */
  readonly source: { readonly schema: string | null; readonly name: string };
  /** Whether the table has another name, so that a view shows it as `users`. */
  readonly behindView: boolean;
  /** For each purpose, the present names of the chosen columns. */
  readonly columns: Readonly<Record<string, string>>;
  /** Number of credential accounts to create. */
  readonly accounts: number;
}

/** @param accounts the table that becomes `accounts`, which may already hold passwords */
export async function forecastSignIns(
  queryRunner: QueryRunner,
  legacy: LegacyUsers,
  accounts?: Adoption,
): Promise<Forecast> {
  const { adoption, table, rules, email, id } = legacy;
  const password = passwordColumns(legacy.columns, choicesNow().LEGACY_PASSWORD_FORMAT);
  const usable = password ? `coalesce(${isUsableHash(legacyPassword(password, 'u'))}, false)` : 'false';
  const present = `${usable} or ${accounts ? hasPassword(accounts, id) : 'false'}`;
  const reason = signInObstacle('u', { rules, email, usable: present, choices: choicesNow() });
  const signIns = await countSignIns(queryRunner, reason, `${table} u`);
  const [created] = (await queryRunner.query(
    `select count(*)::integer as accounts from ${table} u where ${usable}`,
  )) as { accounts: number }[];
  const { schema, name } = adoption.source;
  return {
    table: schema === null ? name : `${schema}.${name}`,
    source: { schema, name },
    behindView: isMoved(adoption),
    columns: describeColumns(legacy),
    ...signIns,
    accounts: created?.accounts ?? 0,
  };
}

interface SignInTerms {
  readonly rules: LegacyRules;
  /** SQL of the e-mail. */
  readonly email: string;
  /** SQL that is true if a password can match. */
  readonly usable: string;
  readonly choices: Choices;
}

/** SQL of the reason why a user cannot sign in with a password; null if the user can. */
export function signInObstacle(row: string, { rules, email, usable, choices }: SignInTerms): string {
  const missing = (choices.LEGACY_MISSING_EMAIL ?? 'stop') !== 'placeholder';
  return `case
    when ${rules.reason(row)} = ${literal(DELETED)} then 'deleted'
    ${missing ? `when ${rules.text.presence(email)} is null then 'no e-mail'` : ''}
    when ${rules.reason(row)} is not null then 'banned: ' || (${rules.reason(row)})
    when coalesce(${rules.until(row)} > now(), false) then ${literal(`banned: ${LOCKED}`)}
    when not (${usable}) then 'no usable password' end`;
}

export async function countSignIns(
  queryRunner: QueryRunner,
  obstacle: string,
  from: string,
): Promise<SignIns> {
  const found = (await queryRunner.query(
    `select ${obstacle} as reason, count(*)::integer as rows from ${from} group by 1 order by 2 desc, 1`,
  )) as { reason: string | null; rows: number }[];
  const cannot = found.flatMap(({ reason, rows }) => (reason === null ? [] : [[reason, rows] as const]));
  return {
    users: found.reduce((sum, { rows }) => sum + rows, 0),
    canSignIn: found.find(({ reason }) => reason === null)?.rows ?? 0,
    cannot: Object.fromEntries(cannot),
  };
}

/** SQL that is true if the user has a password in the table that becomes `accounts`. */
function hasPassword(accounts: Adoption, id: string): string {
  const column = (name: string) => {
    const current = currentName(accounts, name);
    return accounts.source.columns.has(current) ? `a.${quote(current)}` : undefined;
  };
  const [user, provider, password] = ['user_id', 'provider_id', 'password'].map(column);
  if (user === undefined || provider === undefined || password === undefined) return 'false';
  return `exists (select 1 from ${spelt(accounts.source)} a
    where ${user}::text = ${id}::text and ${provider} = 'credential' and ${isUsableHash(password)})`;
}

function describeColumns({ adoption, columns }: LegacyUsers): Record<string, string> {
  const chosen = [
    ['id', currentName(adoption, 'id')],
    ['e-mail', currentName(adoption, 'email')],
    ...columns.map(({ purpose, name, field }) => [purpose, field === null ? name : `${name} ->> '${field}'`]),
    ...[...adoption.renamed, ...adoption.mirrored]
      .filter(({ ours }) => ours.family === 'time')
      .map(({ ours, theirs }) => [ours.name, theirs.name]),
  ] as [string, string][];
  const described: Record<string, string> = {};
  for (const [purpose, name] of chosen)
    described[purpose] = described[purpose] === undefined ? name : `${described[purpose]}, ${name}`;
  return described;
}
