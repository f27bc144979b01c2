import type { TableMarker } from './tables.js';

/** Values by column. */
export type ColumnValues = Readonly<Record<string, unknown>>;

/** Leaves out the columns without a value: they keep theirs, or get the table's default. */
export const withoutUndefined = (values: ColumnValues): ColumnValues =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** @param table with its alias if it has one, such as `{users} as u`. */
export function insertText(table: TableMarker | `${TableMarker} as ${string}`, values: ColumnValues): string {
  const columns = Object.keys(values);
  const parameters = columns.map((_, index) => `$${index + 1}`);
  return `insert into ${table} (${columns.map(quoted).join(', ')}) values (${parameters.join(', ')})`;
}

/** Returns the assignments of an `update`. The first value is the parameter `$first`. */
export const assignmentsText = (values: ColumnValues, first: number): string =>
  Object.keys(values)
    .map((column, index) => `${quoted(column)} = $${index + first}`)
    .join(', ');

const quoted = (column: string) => `"${column}"`;
