import type { QueryRunner } from 'typeorm';
import { literal, quote } from './1763900000000-catalogue.js';
import { readChoices, type Choices } from './1763900000000-choices.js';
import { columnFor, readLegacyColumns, type LegacyColumn } from './1763900000000-legacy-columns.js';
import type { Purpose } from './1763900000000-legacy-searches.js';
import { asTime } from './1763900000000-mirror-values.js';
import { FAMILIES } from './1763900000000-tables.js';
import { textExpressions, type TextExpressions } from './1763900000000-text.js';

/** `ban_reason` of users who were deactivated in the legacy application. Activating them there lifts only such bans. */
export const DEACTIVATED = 'Deactivated in the legacy application';
/** `ban_reason` of users whom the legacy application locks out until some time. */
export const LOCKED = 'Locked in the legacy application';
/** `ban_reason` of deleted users. A sign-in is answered as if they did not exist. */
export const DELETED = 'deleted';

/** SQL on a row of the users table that says what the legacy columns mean. `row` is an alias, or `new` and `old`. */
export interface LegacyRules {
  readonly text: TextExpressions;
  readonly columns: readonly LegacyColumn[];
  /** The person's name; null if the columns are blank. Undefined if there is no such column. */
  readonly name: ((row: string) => string) | undefined;
  readonly image: ((row: string) => string) | undefined;
  /** True if the e-mail is verified. Undefined if there is no such column. */
  readonly verified: ((row: string) => string) | undefined;
  /** When it was verified; null if the column does not say when. */
  readonly verifiedAt: ((row: string) => string) | undefined;
  /** Why the user may not sign in; null if the user may. */
  readonly reason: (row: string) => string;
  /** Until when the user may not sign in. Counts only if `reason` is null. */
  readonly until: (row: string) => string;
  readonly deleted: (row: string) => string;
  /** True if some column says who may not sign in. */
  readonly bars: boolean;
}

/** The rules for the columns with which the migrations began. */
export async function readLegacyRules(queryRunner: QueryRunner): Promise<LegacyRules> {
  const columns = await readLegacyColumns(queryRunner);
  return legacyRules(columns, await textExpressions(queryRunner), await readChoices(queryRunner));
}

export function legacyRules(
  columns: readonly LegacyColumn[],
  text: TextExpressions,
  choices: Choices,
): LegacyRules {
  const all = (purpose: Purpose) => columns.filter((column) => column.purpose === purpose);
  const [verified, image] = [columnFor(columns, 'verified'), columnFor(columns, 'image')];
  const until = all('disabled_until');
  const reasons = (row: string) => [
    ...all('deleted').map((column) => `case when ${isTrue(row, column)} then ${literal(DELETED)} end`),
    ...all('status').map((column) => statusReason(row, column, choices)),
    ...all('active').map((column) => `case when ${isFalse(row, column)} then ${literal(DEACTIVATED)} end`),
    ...all('disabled').map((column) => `case when ${isTrue(row, column)} then ${literal(DEACTIVATED)} end`),
  ];
  return {
    text,
    columns,
    name: nameRule(columns, text),
    image: image && ((row) => text.presence(valueOf(row, image))),
    verified: verified && ((row) => isTrue(row, verified)),
    verifiedAt:
      verified &&
      ((row) => (isTime(verified) ? asTime(valueOf(row, verified), verified.typeName) : 'null::timestamptz')),
    reason: (row) => (reasons(row).length > 0 ? `coalesce(${reasons(row).join(', ')})` : 'null::text'),
    // The latest of them. `greatest` leaves out nulls.
    until: (row) =>
      until.length > 0
        ? `greatest(${until.map((column) => asTime(valueOf(row, column), column.typeName)).join(', ')})`
        : 'null::timestamptz',
    deleted: (row) =>
      all('deleted')
        .map((column) => isTrue(row, column))
        .join(' or ') || 'false',
    bars: reasons('u').length > 0 || until.length > 0,
  };
}

function valueOf(row: string, { name, field }: LegacyColumn): string {
  const column = `${row}.${quote(name)}`;
  return field === null ? column : `(${column} ->> ${literal(field)})`;
}

/** Numbers are flags and not times: `deleted = 1`. */
const isTime = ({ typeName }: LegacyColumn) => [...FAMILIES.time, 'date'].includes(typeName);

/** SQL: true if the column holds a flag that is set, or a time. */
function isTrue(row: string, column: LegacyColumn): string {
  const value = valueOf(row, column);
  if (isTime(column)) return `${value} is not null`;
  return column.typeName === 'bool' ? `coalesce(${value}, false)` : `coalesce(${value} <> 0, false)`;
}

function isFalse(row: string, column: LegacyColumn): string {
  const value = valueOf(row, column);
  return column.typeName === 'bool' ? `${value} is false` : `coalesce(${value} = 0, false)`;
}

function statusReason(row: string, column: LegacyColumn, choices: Choices): string {
  const value = `${valueOf(row, column)}::text`;
  const active = activeStatuses(choices).map(literal).join(', ');
  return `case when coalesce(${value}, '') not in (${active}) then coalesce(nullif(${value}, ''), 'no status') end`;
}

/** The values of the status column with which users may sign in. */
export function activeStatuses(choices: Choices): string[] {
  return (choices.LEGACY_ACTIVE_STATUSES ?? '').split(',').map((status) => status.trim());
}

function nameRule(columns: readonly LegacyColumn[], { presence }: TextExpressions): LegacyRules['name'] {
  const whole = columnFor(columns, 'name');
  const parts = columns.filter(({ purpose }) => purpose === 'first_name' || purpose === 'last_name');
  if (!whole && parts.length === 0) return undefined;
  return (row) => {
    const joined = `concat_ws(' ', ${parts.map((part) => presence(`btrim(${valueOf(row, part)}::text)`)).join(', ')})`;
    const names = [
      ...(whole ? [presence(valueOf(row, whole))] : []),
      ...(parts.length > 0 ? [`nullif(${joined}, '')`] : []),
    ];
    return `coalesce(${names.join(', ')})`;
  };
}

/** SQL: the address of a user who has no e-mail of their own. Nobody receives mail there (RFC 2606). */
export function placeholder(row: string): string {
  return `lower(${row}.id::text collate "C") || '@users.invalid'`;
}
