import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { error, warning, type Finding } from './1763900000000-finding.js';
import { isAnswered, variableFor } from './1763900000000-legacy-columns.js';
import type { Purpose } from './1763900000000-legacy-searches.js';
import { countRowsWhere, type LegacyUsers } from './1763900000000-legacy-users.js';
import { findName } from './1763900000000-spelling.js';

/** Applications differ in whether a user whose flag has no value may sign in. */
export async function unsetFlags(queryRunner: QueryRunner, users: LegacyUsers): Promise<Finding[]> {
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

/** Columns that the migrations do not use, but report, because they may keep users out. */
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

/** Columns that may keep users out. One finding for all columns that the same variable answers, because it must name them all. */
export async function unusedColumns(queryRunner: QueryRunner, users: LegacyUsers): Promise<Finding[]> {
  const findings: Finding[] = [];
  const asked: Record<'active' | 'disabled', { name: string; found: string }[]> = {
    active: [],
    disabled: [],
  };
  const { columns } = users.adoption.source;
  for (const wanted of REPORTED) {
    const column = columns.get(findName(columns.keys(), [wanted]) ?? '');
    if (!column || users.columns.some((chosen) => chosen.name === column.name)) continue;
    const grants = wanted.endsWith('approved');
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
          `The column ${name} may keep users out, and is not used. It would keep out: ${found}`,
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
