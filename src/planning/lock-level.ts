/** PostgreSQL's table locks that a migration takes, the weakest first. */
export const LOCK_LEVELS = [
  'none',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;
export type LockLevel = (typeof LOCK_LEVELS)[number];

export interface TableLock {
  readonly level: LockLevel;
  /** The locked table; undefined if the statement locks none. */
  readonly table?: string;
}

const NAME = String.raw`(?:if (?:not )?exists )?(?:only )?(?:\w+\.)?("(?:[^"]|"")+"|\w+)`;

/** The first match wins; its last group is the table. Source: PostgreSQL's manual, "Explicit Locking" and the statements. */
const RULES: readonly (readonly [RegExp, LockLevel])[] = [
  [rule(`alter table ${NAME} validate constraint`), 'SHARE UPDATE EXCLUSIVE'],
  [rule(`alter table ${NAME} add constraint \\S+ foreign key`), 'SHARE ROW EXCLUSIVE'],
  [rule(`alter table ${NAME}`), 'ACCESS EXCLUSIVE'],
  [rule(`create (?:unique )?index concurrently ${NAME} on ${NAME}`), 'SHARE UPDATE EXCLUSIVE'],
  [rule(`create (?:unique )?index ${NAME} on ${NAME}`), 'SHARE'],
  [rule(`drop index concurrently ${NAME}`), 'SHARE UPDATE EXCLUSIVE'],
  [rule(`drop index ${NAME}`), 'ACCESS EXCLUSIVE'],
  [rule(`create (?:or replace )?(?:constraint )?trigger .+? on ${NAME}`), 'SHARE ROW EXCLUSIVE'],
  [rule(`drop trigger .+? on ${NAME}`), 'ACCESS EXCLUSIVE'],
  [rule(`(?:drop|truncate) (?:table|view) ${NAME}`), 'ACCESS EXCLUSIVE'],
  [rule(`analyze ${NAME}`), 'SHARE UPDATE EXCLUSIVE'],
  [rule(`lock table ${NAME}`), 'ACCESS EXCLUSIVE'],
];

/** Finds the written table. If a statement has several parts, the last match counts. */
const WRITES = new RegExp(String.raw`\b(?:insert into|update|delete from) ${NAME}`, 'gi');

/** The strongest table lock that the statement takes. A new table or view counts as not locked. */
export function lockOf(sql: string): TableLock {
  const statement = sql.trim().replaceAll(/\s+/g, ' ');
  for (const [pattern, level] of RULES) {
    const match = pattern.exec(statement);
    if (match) return { level, table: unquoted(match.at(-1) ?? '') };
  }
  if (/^create (or replace )?(table|view|function|schema|type)\b/i.test(statement)) return { level: 'none' };
  const written = [...statement.matchAll(WRITES)].at(-1)?.[1];
  return written ? { level: 'ROW EXCLUSIVE', table: unquoted(written) } : { level: 'none' };
}

function rule(pattern: string): RegExp {
  return new RegExp(`^${pattern}`, 'i');
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
