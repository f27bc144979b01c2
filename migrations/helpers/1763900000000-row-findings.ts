import type { QueryRunner } from 'typeorm';
import { literal, quote } from './1763900000000-catalogue.js';
import { choicesNow } from './1763900000000-choices.js';
import { error, warning, type Finding } from './1763900000000-finding.js';
import { columnFor, isAnswered, variableFor } from './1763900000000-legacy-columns.js';
import { activeStatuses } from './1763900000000-legacy-rules.js';
import { countRowsWhere, describeRows, type LegacyUsers } from './1763900000000-legacy-users.js';
import {
  isUnusableHash,
  isUsableHash,
  legacyPassword,
  legacyPasswordFaults,
  passwordColumns,
} from './1763900000000-password-formats.js';
import { secondFactorFindings } from './1763900000000-second-factors.js';
import { plainName } from './1763900000000-spelling.js';
import { unsetFlags, unusedColumns } from './1763900000000-unused-columns.js';

/** Finds rows of a legacy `users` table that would be lost, locked out, or let in. Only reads. */
export async function rowFindings(
  queryRunner: QueryRunner,
  users: LegacyUsers,
  accountsHavePasswords: boolean,
): Promise<Finding[]> {
  if (users.rows === 0) return [];
  return [
    ...(await passwordFindings(queryRunner, users, accountsHavePasswords)),
    ...(await missingEmails(queryRunner, users)),
    ...(await sharedEmails(queryRunner, users)),
    ...(await statusFindings(queryRunner, users)),
    ...(await unsetFlags(queryRunner, users)),
    ...(await secondFactorFindings(queryRunner, users)),
    ...(await unusedColumns(queryRunner, users)),
    ...(await longIds(queryRunner, users)),
  ];
}

async function passwordFindings(
  queryRunner: QueryRunner,
  users: LegacyUsers,
  accountsHavePasswords: boolean,
): Promise<Finding[]> {
  const password = columnFor(users.columns, 'password');
  if (!password) {
    if (isAnswered('password') || accountsHavePasswords) return [];
    return [
      error(
        `${users.table} has ${users.rows} users, but no column that is known to hold passwords. Nobody could sign in`,
        'Name the column: LEGACY_PASSWORD_COLUMN=<name>. If there are no passwords: LEGACY_PASSWORD_COLUMN=none',
      ),
    ];
  }
  const faults = legacyPasswordFaults(process.env).map((fault) => error(fault, ''));
  if (faults.length > 0) return faults;
  const hash = legacyPassword(
    passwordColumns(users.columns, choicesNow().LEGACY_PASSWORD_FORMAT) ?? { password: password.name },
    'u',
  );
  const [usable, unusable] = [`coalesce(${isUsableHash(hash)}, false)`, isUnusableHash(hash)];
  const unknown = await countRowsWhere(queryRunner, users, `not (${unusable}) and not ${usable}`);
  const none = await countRowsWhere(queryRunner, users, unusable);
  const findings: Finding[] = [];
  if (unknown) {
    const message = `Users whose hash in ${password.name} has an unknown format, so that no password matches: ${unknown}`;
    const remedy =
      'Name the format in LEGACY_PASSWORD_FORMAT, and a column with the salt in LEGACY_PASSWORD_SALT_COLUMN. ' +
      'To accept that these users need a new password: LEGACY_UNKNOWN_HASHES=keep';
    findings.push(
      process.env['LEGACY_UNKNOWN_HASHES'] === 'keep'
        ? warning(message, 'They need a new password.')
        : error(message, remedy),
    );
  }
  if (none) {
    findings.push(
      warning(
        `Users without a usable password: ${none}`,
        'They get no credential account. They can sign in after a password reset, or with a provider.',
      ),
    );
  }
  return findings;
}

async function missingEmails(queryRunner: QueryRunner, users: LegacyUsers): Promise<Finding[]> {
  const { presence } = users.rules.text;
  const found = await countRowsWhere(
    queryRunner,
    users,
    `${presence(users.email)} is null and not (${users.rules.deleted('u')})`,
  );
  if (!found) return [];
  const choice = choicesNow().LEGACY_MISSING_EMAIL ?? 'stop';
  const message = `Users without an e-mail: ${found}`;
  if (choice === 'skip')
    return [warning(message, 'The rows stay as they are, and nobody signs in with them.')];
  if (choice === 'placeholder')
    return [warning(message, 'They get the address <id>@users.invalid, which receives no mail.')];
  return [
    error(
      message,
      'Give them an e-mail. Or leave the rows as they are: LEGACY_MISSING_EMAIL=skip. ' +
        'Or give them the address <id>@users.invalid: LEGACY_MISSING_EMAIL=placeholder',
    ),
  ];
}

async function sharedEmails(queryRunner: QueryRunner, users: LegacyUsers): Promise<Finding[]> {
  const { table, id, email, rules } = users;
  const live = `${rules.text.presence(email)} is not null and not (${rules.deleted('u')})`;
  const groups = async (key: string, having: string) =>
    describeRows(
      (await queryRunner.query(
        `select string_agg(${email}::text || ' (id ' || ${id}::text || ')', ' = ' order by ${id}) as example,
                count(*) over ()::integer as total
         from ${table} u where ${live} group by ${key} having ${having} order by 1 limit 5`,
      )) as { example: string; total: number }[],
    );
  const identical = await groups(`${email}::text`, 'count(*) > 1');
  const alike = await groups(rules.text.normalised(email), `count(distinct ${email}::text) > 1`);
  const findings: Finding[] = [];
  if (identical) {
    const message = `E-mails that several users have, spelled identically: ${identical}`;
    findings.push(
      choicesNow().LEGACY_DUPLICATE_EMAIL === 'keep-newest'
        ? warning(message, 'The newest user keeps the address. The others get <id>@users.invalid.')
        : error(
            message,
            'Keep one user for each e-mail, and change the e-mail of the others or delete them. ' +
              'Or let the newest user keep it: LEGACY_DUPLICATE_EMAIL=keep-newest',
          ),
    );
  }
  if (alike) {
    findings.push(
      warning(
        `E-mails of several users that differ only in case or blanks: ${alike}`,
        'These rows stay as they are, and each user signs in with their own password. Decide who keeps the address.',
      ),
    );
  }
  return findings;
}

/** Names of a column that may say who may sign in, in words or numbers. */
const STATUSES = [
  'status',
  'state',
  'status_id',
  'state_id',
  'account_status',
  'user_status',
  'account_state',
  'user_state',
];
/** A column with more different values than this is not a status. */
const MOST_STATUSES = 30;

async function statusFindings(queryRunner: QueryRunner, users: LegacyUsers): Promise<Finding[]> {
  const variable = variableFor('status');
  const chosen = columnFor(users.columns, 'status');
  const values = async (column: string) =>
    (await queryRunner.query(
      `select coalesce(u.${quote(column)}::text, 'no value') as value, count(*)::integer as rows from ${users.table} u
       group by 1 order by 2 desc limit ${MOST_STATUSES + 1}`,
    )) as { value: string; rows: number }[];
  const list = (found: { value: string; rows: number }[]) =>
    found.map(({ value, rows }) => `${value} (${rows})`).join(', ');
  if (chosen) {
    const active = activeStatuses(choicesNow()).filter(Boolean);
    const found = await values(chosen.name);
    if (active.length === 0) {
      return [
        error(
          `${variable} names ${chosen.name}, but nothing says with which values users may sign in: ${list(found)}`,
          `List them, such as LEGACY_ACTIVE_STATUSES=${found[0]?.value ?? 'active'}`,
        ),
      ];
    }
    const barred = found.filter(({ value }) => !active.includes(value));
    if (barred.length === 0) return [];
    return [
      warning(`Users who may not sign in because of ${chosen.name}: ${list(barred)}`, 'They are banned.'),
    ];
  }
  if (isAnswered('status')) return [];
  const findings: Finding[] = [];
  for (const name of users.adoption.source.columns.keys()) {
    if (!STATUSES.map(plainName).includes(plainName(name))) continue;
    const found = await values(name);
    if (found.length > MOST_STATUSES) continue;
    const message = `The column ${name} may keep users out, and is not used. Its values: ${list(found)}`;
    const remedy =
      `If it says who may sign in: ${variable}=${name} and LEGACY_ACTIVE_STATUSES=<values, with commas>. ` +
      `If not: ${variable}=none`;
    findings.push(found.length > 1 ? error(message, remedy) : warning(message, remedy));
  }
  return findings;
}

async function longIds(queryRunner: QueryRunner, users: LegacyUsers): Promise<Finding[]> {
  const column = users.adoption.source.columns.get(users.id.slice(3, -1).replaceAll('""', '"'));
  if (!['text', 'varchar'].includes(column?.typeName ?? '')) return [];
  const found = await countRowsWhere(
    queryRunner,
    users,
    `length(${users.id}::text) > 255`,
    `left(${users.id}::text, 40) || ${literal('…')}`,
  );
  return found
    ? [
        error(
          `Users with an id of more than 255 characters: ${found}`,
          'Shorten them, because accounts.provider_user_id holds 255 characters.',
        ),
      ]
    : [];
}
