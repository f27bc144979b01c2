import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { readChoices } from './1763900000000-choices.js';
import { countSignIns, signInObstacle, type SignIns } from './1763900000000-forecast.js';
import { readLegacyRules } from './1763900000000-legacy-rules.js';
import {
  isUnusableHash,
  isUsableHash,
  isWeakHash,
  legacyPassword,
  readPasswordColumns,
} from './1763900000000-password-formats.js';
import { tableName } from './1763900000000-tables.js';
import { readUserColumns } from './1763900000000-user-columns.js';

export interface Conflict {
  readonly id: string;
  readonly email: string;
}

export interface MigrationCounts extends SignIns {
  readonly moved: number;
  readonly missed: number;
  readonly unusable: number;
  readonly unrecognised: number;
  /** Accounts whose hash is unsalted, fast, or has fewer rounds than OWASP asks for. */
  readonly weak: number;
  readonly unrecognisedExamples: readonly string[];
  readonly verified: number;
  readonly outOfStep: number;
  readonly deactivated: number;
  readonly emailsChanged: number;
  readonly conflicts: readonly Conflict[];
  readonly quarantined: readonly { id: string; reason: string }[];
}

export async function countMigration(queryRunner: QueryRunner): Promise<MigrationCounts> {
  const rules = await readLegacyRules(queryRunner);
  const named = await readUserColumns(queryRunner);
  const password = await readPasswordColumns(queryRunner);
  const [flag, time] = ['is_email_verified', 'email_verified'].map((column) => `u.${quote(named(column))}`);
  const hash = password ? legacyPassword(password, 'u') : 'null::text';
  const usable = `(${isUsableHash(hash)})`;
  const credentials = `${tableName('accounts')} a on a.provider_id = 'credential' and a.provider_user_id = u.id::text`;
  const unrecognised = `not ${isUnusableHash(hash)} and not ${usable}`;
  const [counts] = (await queryRunner.query(
    `select count(*)::integer as users,
            count(a.user_id)::integer as moved,
            count(*) filter (where ${usable} and a.user_id is null)::integer as missed,
            count(*) filter (where ${isUnusableHash(hash)})::integer as unusable,
            count(*) filter (where ${unrecognised})::integer as unrecognised,
            count(*) filter (where ${isWeakHash('a.password')})::integer as weak,
            count(*) filter (where ${flag})::integer as verified,
            count(*) filter (where ${flag} <> (${time} is not null))::integer as "outOfStep",
            count(*) filter (where ${rules.reason('u')} is not null or coalesce(${rules.until('u')} > now(), false))::integer as deactivated
     from users u left join ${credentials}`,
  )) as Omit<
    MigrationCounts,
    'unrecognisedExamples' | 'conflicts' | 'quarantined' | 'emailsChanged' | 'canSignIn' | 'cannot'
  >[];
  if (!counts) throw new Error('users cannot be counted');
  const examples = (await queryRunner.query(
    `select u.id::text as id from users u where ${unrecognised} limit ${counts.unrecognised > 0 ? 10 : 0}`,
  )) as { id: string }[];
  const [emails] = (await queryRunner.query(
    `select count(*)::integer as changed from gatehouse.original_values where relation = 'users' and was ? 'email'`,
  )) as { changed: number }[];
  const conflicts = (await queryRunner.query(
    'select user_id as id, email from gatehouse.conflicts order by normalised_email, user_id',
  )) as Conflict[];
  const quarantined = (await queryRunner.query(
    'select row_id as id, reason from gatehouse.quarantine order by backfill, row_id',
  )) as { id: string; reason: string }[];
  const unrecognisedExamples = examples.map(({ id }) => id);
  const obstacle = signInObstacle('u', {
    rules,
    email: 'u.email',
    usable: 'a.password is not null',
    choices: await readChoices(queryRunner),
  });
  const signIns = await countSignIns(queryRunner, obstacle, `users u left join ${credentials}`);
  return {
    ...counts,
    ...signIns,
    unrecognisedExamples,
    emailsChanged: emails?.changed ?? 0,
    conflicts,
    quarantined,
  };
}

/** Adds `skipped`, the users without a usable password, for programs that read the report. */
export function summary(counts: MigrationCounts): MigrationCounts & { readonly skipped: number } {
  return { ...counts, skipped: counts.unusable + counts.unrecognised };
}

export function faultsOf(counts: MigrationCounts): string[] {
  const faults: string[] = [];
  if (counts.missed > 0)
    faults.push(`${counts.missed} users with a usable password have no credential account.`);
  if (counts.outOfStep > 0)
    faults.push(`In ${counts.outOfStep} rows email_verified and is_email_verified disagree.`);
  return faults;
}

const SHOWN = 20;

export function describeMigration(counts: MigrationCounts): string {
  const lines = [
    'Migration report',
    `  users                          ${counts.users}`,
    `  can sign in                    ${counts.canSignIn}`,
    `  cannot sign in                 ${counts.users - counts.canSignIn}`,
    ...Object.entries(counts.cannot).map(([reason, users]) => `    ${reason.padEnd(28)} ${users}`),
    `  with a credential account      ${counts.moved}`,
    `  without a usable password      ${counts.unusable}`,
    `  password in an unknown format  ${counts.unrecognised}${counts.unrecognised > 0 ? ` (they cannot sign in: ${counts.unrecognisedExamples.join(', ')})` : ''}`,
    `  with a weak hash               ${counts.weak}${counts.weak > 0 ? ' (to protect them before they sign in: WRAP_WEAK_HASHES=true npm run switch-over -- catch-up)' : ''}`,
    `  e-mail verified                ${counts.verified}`,
    `  e-mails trimmed or lower-cased ${counts.emailsChanged}`,
    `  deactivated, now banned        ${counts.deactivated}`,
    `  e-mail conflicts, unchanged    ${counts.conflicts.length}`,
    ...counts.conflicts.slice(0, SHOWN).map(({ id, email }) => `    ${id}  ${JSON.stringify(email)}`),
    ...(counts.conflicts.length > SHOWN ? ['    … the rest is in gatehouse.conflicts'] : []),
    `  rows in quarantine             ${counts.quarantined.length}`,
    ...counts.quarantined.slice(0, SHOWN).map(({ id, reason }) => `    ${id}  ${reason}`),
  ];
  return lines.join('\n');
}
