import { literal, quote } from './1763900000000-catalogue.js';
import type { Choices } from './1763900000000-choices.js';
import type { LegacyColumn } from './1763900000000-legacy-columns.js';
import { activeStatuses, type LegacyRules } from './1763900000000-legacy-rules.js';
import { FAMILIES } from './1763900000000-tables.js';
import type { UserColumns } from './1763900000000-user-columns.js';

/**
 * A ban that Gatehouse or Better Auth gives or lifts keeps the user out of the legacy application too, or lets them in.
 * A ban with an end is written to the columns that hold an end, if there are any. Lifting a ban also resets a status or a
 * deletion that keeps the user out. A new ban does not change these, because they cannot express it.
 */
export function writeBanBack({ columns }: LegacyRules, { named, choices, units }: Columns): string {
  const [banned, expires] = [
    `coalesce(new.${quote(named('banned'))}, false)`,
    `new.${quote(named('ban_expires'))}`,
  ];
  const until = columns.filter(({ purpose }) => purpose === 'disabled_until');
  const permanent = columns.flatMap((column) => permanentBan(column, { banned, choices }));
  if (until.length === 0) return permanent.join('\n') || 'null;';
  const forever = permanent.some(({ length }) => length > 0) ? 'null' : `'infinity'`;
  const end = (time: string) =>
    until
      .map(
        (column) => `new.${quote(column.name)} := ${endOfBan(time, column, units.get(column.name) ?? 's')};`,
      )
      .join('\n');
  return `
    if ${banned} and ${expires} is not null then
      ${end(expires)}
    else
      ${end(`case when ${banned} then ${forever}::timestamptz end`)}
      ${permanent.join('\n')}
    end if;`;
}

interface Columns {
  readonly named: UserColumns;
  readonly choices: Choices;
  /** Unit of each column that holds the end of a ban as a number. */
  readonly units: ReadonlyMap<string, 'ms' | 's'>;
}

function permanentBan(
  { purpose, name, typeName }: LegacyColumn,
  { banned, choices }: { readonly banned: string; readonly choices: Choices },
): string[] {
  const column = `new.${quote(name)}`;
  const flag = (value: string) => (typeName === 'bool' ? value : `(${value})::integer`);
  const isTime = [...FAMILIES.time, 'date'].includes(typeName);
  if (purpose === 'active') return [`${column} := ${flag(`not ${banned}`)};`];
  if (purpose === 'disabled')
    return [
      `${column} := ${isTime ? `case when ${banned} then coalesce(${column}, now()) end` : flag(banned)};`,
    ];
  if (purpose === 'deleted')
    return [`if not ${banned} then ${column} := ${isTime ? 'null' : flag('false')}; end if;`];
  const active = activeStatuses(choices).filter(Boolean);
  if (purpose !== 'status' || active[0] === undefined) return [];
  const isBarred = `coalesce(${column}::text, '') not in (${active.map(literal).join(', ')})`;
  return [`if not ${banned} and ${isBarred} then ${column} := ${literal(active[0])}; end if;`];
}

/** The latest end that such a column can hold stands for a ban without an end. */
const LATEST: Readonly<Record<string, string>> = { int4: '2147483647', int8: '253402300799000' };

/** SQL: the end of a ban as the legacy column holds it. */
function endOfBan(time: string, { typeName }: LegacyColumn, unit: 'ms' | 's'): string {
  if (typeName === 'timestamptz') return time;
  if (typeName === 'timestamp') return `(${time}) at time zone 'UTC'`;
  // A day later, because the column names the beginning of a day.
  if (typeName === 'date') return `((${time}) at time zone 'UTC' + interval '1 day')::date`;
  const count = `ceil(extract(epoch from (${time}))${unit === 'ms' ? ' * 1000' : ''})`;
  const latest = LATEST[typeName] ?? '253402300799';
  return `case when isfinite(${time}) then least(${count}, ${latest}) when (${time}) is not null then ${latest} end`;
}
