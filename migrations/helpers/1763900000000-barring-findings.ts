import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { choicesNow } from './1763900000000-choices.js';
import { error, warning, type Finding } from './1763900000000-finding.js';
import { columnFor, isAnswered, variableFor, type Purpose } from './1763900000000-legacy-columns.js';
import { activeStatuses } from './1763900000000-legacy-rules.js';
import { countRowsWhere, type LegacyUsers } from './1763900000000-legacy-users.js';
import { findName, plainName } from './1763900000000-spelling.js';

/** Finds columns that keep users out, or that may do so and are not used. Only reads. */
export async function barringFindings(queryRunner: QueryRunner, users: LegacyUsers): Promise<Finding[]> {
  return [
    ...(await statusFindings(queryRunner, users)),
    ...(await unsetFlags(queryRunner, users)),
    ...(await reported(queryRunner, users)),
  ];
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
/** More different values than this are no status. */
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

/** Applications differ in whether a user whose flag has no value may sign in. */
async function unsetFlags(queryRunner: QueryRunner, users: LegacyUsers): Promise<Finding[]> {
  if (isAnswered('active')) return [];
  const findings: Finding[] = [];
  for (const { name } of users.columns.filter(({ purpose }) => purpose === 'active')) {
    const found = await countRowsWhere(queryRunner, users, `u.${quote(name)} is null`);
    if (!found) continue;
    findings.push(
      error(
        `Users who are neither active nor inactive, because ${name} has no value: ${found}`,
        `Give them a value. If they may sign in: LEGACY_ACTIVE_COLUMN=${chosenFor(users, 'active').join(',')}`,
      ),
    );
  }
  return findings;
}

/** Names of the columns that have this purpose already. A variable that names another one must name them too. */
function chosenFor({ columns }: LegacyUsers, wanted: Purpose): string[] {
  return columns.filter(({ purpose }) => purpose === wanted).map(({ name }) => name);
}

/** Columns that are reported, because they may matter, and are not used. */
const REPORTED = [
  'locked_at',
  'access_locked_at',
  'expires_at',
  'expired',
  'account_expired',
  'approved',
  'is_approved',
  'archived_at',
  'archived',
  'is_locked',
  'locked',
];

const TEMPORARY = ['locked_at', 'access_locked_at'];

/** One finding for all columns that the same variable answers, because it must name them all. */
async function reported(queryRunner: QueryRunner, users: LegacyUsers): Promise<Finding[]> {
  const findings: Finding[] = [];
  const asked: Record<'active' | 'disabled', { name: string; found: string }[]> = {
    active: [],
    disabled: [],
  };
  const { columns } = users.adoption.source;
  for (const wanted of REPORTED) {
    const column = columns.get(findName(columns.keys(), [wanted]) ?? '');
    if (!column || users.columns.some((chosen) => chosen.name === column.name)) continue;
    const grants = /approved$/.test(wanted);
    const keepsOut = keepsOutIf(`u.${quote(column.name)}`, column.typeName, grants);
    const found = keepsOut && (await countRowsWhere(queryRunner, users, keepsOut));
    if (!found) continue;
    if (TEMPORARY.includes(wanted)) {
      findings.push(
        warning(
          `The column ${column.name} may keep users out, and is not used. It is set for: ${found}`,
          'A lock after wrong passwords is temporary, so these users may sign in.',
        ),
      );
    } else asked[grants ? 'active' : 'disabled'].push({ name: column.name, found });
  }
  for (const purpose of ['active', 'disabled'] as const) {
    const unused = asked[purpose];
    if (unused.length === 0) continue;
    const variable = variableFor(purpose);
    const message = unused
      .map(
        ({ name, found }) =>
          `The column ${name} may keep users out, and is not used. It says so for: ${found}`,
      )
      .join('. ');
    const chosen = chosenFor(users, purpose);
    const names = [...chosen, ...unused.map(({ name }) => name)].join(',');
    findings.push(
      isAnswered(purpose)
        ? warning(message, `${variable} does not name it, so these users may sign in.`)
        : error(
            message,
            `If it keeps them out: ${variable}=${names}. If not: ${variable}=${chosen.join(',') || 'none'}`,
          ),
    );
  }
  return findings;
}

/** SQL: true if the column keeps the user out. Undefined if a column with this type cannot say so. */
function keepsOutIf(value: string, typeName: string, grants: boolean): string | undefined {
  if (typeName === 'bool') return grants ? `${value} is false` : value;
  if (grants) return undefined;
  return ['int2', 'int4', 'int8', 'numeric'].includes(typeName) ? `${value} <> 0` : `${value} is not null`;
}
