import { modelVariable, TABLES, tableName } from './1763900000000-tables.js';

/** Names that the migrations cannot give to our tables. */
export function modelNameFindings(): string[] {
  return Object.keys(TABLES)
    .filter((table) => !/^[a-z_][a-z0-9_]*$/.test(tableName(table)))
    .map(
      (table) =>
        `${modelVariable(table)} is "${tableName(table)}", but only a-z, 0-9 and _ are possible. ` +
        `Choose such a name: ${modelVariable(table)}=auth_${table}.`,
    );
}
