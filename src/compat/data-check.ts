import type { DataSource } from 'typeorm';
import { readLegacyColumns } from '../legacy/legacy-columns.js';
import { textExpressions } from '../legacy/text-expressions.js';
import { findRows, type RowCheck } from '../migrating/find-rows.js';
import type { Finding } from '../migrating/finding.js';
import { legacyDataChecks } from './legacy-data-checks.js';

const SHOWN = 5;
const EMAIL = `^(?!\\.)(?!.*\\.\\.)[A-Za-z0-9_''+.-]*[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\\.)+[A-Za-z]{2,}$`;

/** Holds the rows against each other. Asks nothing of tables that lack a column: that is the structure's finding. */
export async function checkData(dataSource: DataSource): Promise<Finding[]> {
  const { normalised, presence } = await textExpressions(dataSource);
  const checks = [
    ...userChecks(normalised, presence),
    ...ACCOUNT_CHECKS,
    ...legacyDataChecks(await readLegacyColumns(dataSource)),
  ];
  const findings: Finding[] = [];
  for (const check of checks) {
    const finding = await findRows(dataSource, check, { shown: SHOWN });
    if (finding) findings.push(finding);
  }
  return findings;
}

function userChecks(normalised: (value: string) => string, presence: (value: string) => string): RowCheck[] {
  const shared = `select ${normalised('email')} from users group by 1 having count(*) > 1`;
  return [
    {
      level: 'warning',
      message: 'users share an e-mail but for case or blanks; they were left as they are',
      select: `select id::text || ' ' || email::text as example from users
               where ${normalised('email')} in (${shared}) order by ${normalised('email')}, id`,
      remedy: 'Decide whose it is and change or delete the other.',
    },
    {
      level: 'error',
      message: 'users have an e-mail that is not trimmed and in lower case',
      select: `select id::text || ' ' || email::text as example from users
               where email::text <> ${normalised('email')} and ${normalised('email')} not in (${shared}) order by id`,
      remedy: 'update users set email = lower(btrim(email)) for these rows.',
    },
    {
      level: 'warning',
      message: 'users have an e-mail that sign-in refuses as no address',
      select: `select id::text || ' ' || email::text as example from users
               where ${normalised('email')} !~ E'${EMAIL.replaceAll('\\', '\\\\')}' order by id`,
      remedy: 'Correct the address; until then these users cannot sign in by e-mail.',
    },
    {
      level: 'error',
      message: 'users have no name',
      select: `select id::text as example from users where ${presence('name')} is null order by id`,
      remedy: 'Give them one, such as the part of the e-mail before the @.',
    },
    {
      level: 'error',
      message: 'users have no creation or update time',
      select: `select id::text as example from users where created_at is null or updated_at is null order by id`,
      remedy: 'Fill created_at and updated_at.',
    },
    {
      level: 'error',
      message: 'users have email_verified and is_email_verified out of step',
      select: `select id::text as example from users
               where is_email_verified is distinct from (email_verified is not null) order by id`,
      remedy: 'update users set is_email_verified = email_verified is not null; the trigger keeps them so.',
    },
  ];
}

const ACCOUNT_CHECKS: readonly RowCheck[] = [
  ...['sessions', 'accounts'].map((table): RowCheck => ({
    level: 'error',
    message: `${table} belong to no user`,
    select: `select t.id::text as example from ${table} t
               where not exists (select 1 from users u where u.id = t.user_id) order by t.id`,
    remedy: 'Delete them.',
  })),
  {
    level: 'error',
    message: 'credential accounts do not carry the id of their user as provider_user_id',
    select: `select id::text as example from accounts
             where provider_id = 'credential' and provider_user_id <> user_id::text order by id`,
    remedy: 'update accounts set provider_user_id = user_id for these rows.',
  },
  {
    level: 'warning',
    message: 'credential accounts have no password',
    select: `select id::text as example from accounts
             where provider_id = 'credential' and coalesce(password, '') = '' order by id`,
    remedy: 'Their users sign in after a password reset, or delete the accounts.',
  },
  {
    level: 'error',
    message: 'accounts have expires_at and access_token_expires_at out of step',
    select: `select id::text as example from accounts where expires_at is distinct from
               (case when isfinite(access_token_expires_at) then floor(extract(epoch from access_token_expires_at)) end)
             order by id`,
    remedy: 'Write access_token_expires_at again; the trigger keeps them so.',
  },
];
