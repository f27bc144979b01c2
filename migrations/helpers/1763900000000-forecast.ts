import type { QueryRunner } from 'typeorm';
import { currentName, isMoved } from './1763900000000-adoption.js';
import { choicesNow } from './1763900000000-choices.js';
import { DELETED, LOCKED } from './1763900000000-legacy-rules.js';
import type { LegacyUsers } from './1763900000000-legacy-users.js';
import { isUsableHash, legacyPassword, passwordColumns } from './1763900000000-password-formats.js';

/** What the migrations will make of the legacy users. */
export interface Forecast {
  /** The chosen table, with its schema if that is not the usual one. */
  readonly table: string;
  /** Whether the table gets the name `users`, so that a view takes its place. */
  readonly becomesView: boolean;
  /** For each purpose, the present names of the chosen columns. */
  readonly columns: Readonly<Record<string, string>>;
  readonly users: number;
  /** Users who can sign in with their password. */
  readonly canSignIn: number;
  /** Numbers of users who cannot, by reason. Each user counts once. */
  readonly cannot: Readonly<Record<string, number>>;
}

export async function forecastSignIns(queryRunner: QueryRunner, legacy: LegacyUsers): Promise<Forecast> {
  const { adoption, table, rules, email, rows: users } = legacy;
  const password = passwordColumns(legacy.columns, choicesNow().LEGACY_PASSWORD_FORMAT);
  const usable = password ? `coalesce(${isUsableHash(legacyPassword(password, 'u'))}, false)` : 'false';
  const choice = choicesNow().LEGACY_MISSING_EMAIL ?? 'stop';
  const reason = `case
    when ${rules.reason('u')} = '${DELETED}' then 'deleted'
    when ${rules.text.presence(email)} is null and '${choice}' <> 'placeholder' then 'no e-mail'
    when ${rules.reason('u')} is not null then 'banned: ' || (${rules.reason('u')})
    when coalesce(${rules.until('u')} > now(), false) then 'banned: ${LOCKED}'
    when not ${usable} then 'no usable password' end`;
  const found = (await queryRunner.query(
    `select ${reason} as reason, count(*)::integer as rows from ${table} u group by 1 order by 2 desc`,
  )) as { reason: string | null; rows: number }[];
  const chosen = [
    ['id', currentName(adoption, 'id')],
    ['e-mail', currentName(adoption, 'email')],
    ...legacy.columns.map(({ purpose, name, field }) => [
      purpose,
      field === null ? name : `${name} ->> '${field}'`,
    ]),
    ...[...adoption.renamed, ...adoption.mirrored]
      .filter(({ ours }) => ours.family === 'time')
      .map(({ ours, theirs }) => [ours.name, theirs.name]),
  ] as [string, string][];
  const columns: Record<string, string> = {};
  for (const [purpose, name] of chosen)
    columns[purpose] = columns[purpose] === undefined ? name : `${columns[purpose]}, ${name}`;
  return {
    table: table.replaceAll('"', ''),
    becomesView: isMoved(adoption),
    columns,
    users,
    canSignIn: found.find(({ reason }) => reason === null)?.rows ?? 0,
    cannot: Object.fromEntries(
      found.flatMap(({ reason, rows }) => (reason === null ? [] : [[reason, rows]])),
    ),
  };
}
