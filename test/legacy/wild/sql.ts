/** An expression instead of a value, such as `now()`. */
export class Expression {
  constructor(readonly text: string) {}
}

export const sql = (text: string): Expression => new Expression(text);

export type Value = string | number | boolean | null | Expression;

/** `insert` statements for rows with these columns. */
export function insert(table: string, rows: readonly Readonly<Record<string, Value>>[]): string {
  return rows
    .map((row) => {
      const columns = Object.keys(row).map((name) => `"${name}"`);
      return `insert into ${table} (${columns.join(', ')}) values (${Object.values(row).map(literal).join(', ')});\n`;
    })
    .join('');
}

export function literal(value: Value): string {
  if (value instanceof Expression) return value.text;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return String(value);
}
