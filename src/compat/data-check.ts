import type { Queries, Tables } from '../database/tables.js';
import { readExpectedValues } from '../legacy/expected-values.js';
import { readLegacyColumns } from '../legacy/legacy-columns.js';
import { textExpressions } from '../legacy/text-expressions.js';
import { findRows, type RowCheck } from '../migrating/find-rows.js';
import type { Finding } from '../migrating/finding.js';
import { legacyDataChecks } from './legacy-data-checks.js';

const SHOWN = 5;
const EMAIL = `^(?!\\.)(?!.*\\.\\.)[A-Za-z0-9_''+.-]*[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\\.)+[A-Za-z]{2,}$`;

/** Looks for faulty rows. The caller makes sure that all tables and columns exist. */
export async function checkData(queries: Queries, tables: Tables): Promise<Finding[]> {
  const { normalised, presence } = await textExpressions(queries);
  const checks = [
    ...userChecks(normalised, presence),
    ...ACCOUNT_CHECKS,
    ...legacyDataChecks(await readLegacyColumns(queries), (await readExpectedValues(queries)).length > 0),
  ];
  const findings: Finding[] = [];
  for (const check of checks) {
    const finding = await findRows(
      queries,
      { ...check, remedy: tables.resolve(check.remedy) },
      { shown: SHOWN },
    );
    if (finding) findings.push(finding);
  }
  return findings;
}

function userChecks(normalised: (value: string) => string, presence: (value: string) => string): RowCheck[] {
  const shared = `select ${normalised('email')} from {users} where ${presence('email')} is not null group by 1 having count(*) > 1`;
  return [
    {
      level: 'warning',
      message: `Users whose e-mail differs from another user's only in case or spaces`,
      select: `select id::text || ' ' || email::text as example from {users}
               where ${normalised('email')} in (${shared}) order by ${normalised('email')}, id`,
      remedy:
        'The migrations left these rows unchanged. Decide who keeps the address, then change or delete the other user.',
    },
    {
      level: 'error',
      message: 'Users whose e-mail is not trimmed and in lower case',
      select: `select id::text || ' ' || email::text as example from {users}
               where email::text <> ${normalised('email')} and ${presence('email')} is not null
                 and ${normalised('email')} not in (${shared}) order by id`,
      remedy: 'Run for these rows: update {users} set email = lower(btrim(email))',
    },
    {
      level: 'warning',
      message: 'Users whose e-mail is no valid address, so that sign-in refuses it',
      select: `select id::text || ' ' || email::text as example from {users}
               where ${normalised('email')} !~ E'${EMAIL.replaceAll('\\', '\\\\')}' order by id`,
      remedy: 'Correct the address. Until then these users cannot sign in by e-mail.',
    },
    {
      level: 'error',
      message: 'Users without a name',
      select: `select id::text as example from {users} where ${presence('name')} is null order by id`,
      remedy: `Give them one. Run for these rows: update {users} set name = split_part(email, '@', 1)`,
    },
    {
      level: 'error',
      message: 'Users without created_at or updated_at',
      select: `select id::text as example from {users} where created_at is null or updated_at is null order by id`,
      remedy: 'Set both columns in these rows.',
    },
    {
      level: 'error',
      message: 'Users whose email_verified and is_email_verified contradict each other',
      select: `select id::text as example from {users}
               where is_email_verified is distinct from (email_verified is not null) order by id`,
      remedy: 'Run for these rows: update {users} set is_email_verified = (email_verified is not null)',
    },
  ];
}

const ACCOUNT_CHECKS: readonly RowCheck[] = [
  ...['sessions', 'accounts'].map((table): RowCheck => ({
    level: 'error',
    message: `Rows of ${table} whose user does not exist`,
    select: `select t.id::text as example from {${table}} t
               where not exists (select 1 from {users} u where u.id = t.user_id) order by t.id`,
    remedy: `Delete these rows of {table ${table}}.`,
  })),
  {
    level: 'error',
    message: 'Credential accounts whose provider_user_id is not the id of their user',
    select: `select id::text as example from {accounts}
             where provider_id = 'credential' and provider_user_id <> user_id::text order by id`,
    remedy: 'Run for these rows: update {accounts} set provider_user_id = user_id::text',
  },
  {
    level: 'warning',
    message: 'Credential accounts without a password',
    select: `select id::text as example from {accounts}
             where provider_id = 'credential' and coalesce(password, '') = '' order by id`,
    remedy:
      'Their users can sign in after a password reset. If they sign in another way, delete these accounts.',
  },
  {
    level: 'error',
    message: 'Accounts whose expires_at and access_token_expires_at contradict each other',
    select: `select id::text as example from {accounts} where expires_at is distinct from
               (case when isfinite(access_token_expires_at) then floor(extract(epoch from access_token_expires_at)) end)
             order by id`,
    remedy:
      'Run for these rows: update {accounts} set expires_at = floor(extract(epoch from access_token_expires_at))',
  },
];
