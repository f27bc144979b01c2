/** PostgreSQL's table locks that a migration takes, by what they keep others from doing. */
export type LockLevel =
  | 'none'
  | 'ROW SHARE'
  | 'ROW EXCLUSIVE'
  | 'SHARE UPDATE EXCLUSIVE'
  | 'SHARE'
  | 'SHARE ROW EXCLUSIVE'
  | 'ACCESS EXCLUSIVE';

export interface TableLock {
  readonly level: LockLevel;
  /** The table that is locked; undefined where none is. */
  readonly table?: string;
}

const NAME = String.raw`(?:if (?:not )?exists )?(?:only )?(?:\w+\.)?("(?:[^"]|"")+"|\w+)`;

/** First match wins. The last group is the table. Source: PostgreSQL's manual, Explicit Locking, and each statement's page. */
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

/** Of the table that is written; in a statement with several parts that is the last. */
const WRITES = new RegExp(String.raw`\b(?:insert into|update|delete from) ${NAME}`, 'gi');

/** The strongest lock a statement takes on a table that others use. */
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
