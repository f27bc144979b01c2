import type { BetterAuthPlugin } from '@better-auth/core';
import { columnForLibrary } from '../../database/better-auth-mapping.js';
import type { Tables } from '../../database/tables.js';

const TABLES: Readonly<Record<string, string>> = { user: 'users', session: 'sessions' };

/**
 * The same plugin, whose fields of users and sessions have the names of the columns in the table that the library uses. A
 * legacy table that keeps its name has its own names of the columns that every installation has, such as `banReason`.
 */
export function fieldsInPlace(plugin: BetterAuthPlugin, tables: Tables): BetterAuthPlugin {
  const { schema } = plugin;
  if (!schema || !Object.keys(TABLES).some((model) => schema[model])) return plugin;
  const models = Object.entries(schema).map(([model, { fields, ...rest }]) => {
    const table = TABLES[model];
    const placed = Object.entries(fields).map(([name, field]) => {
      const column = field.fieldName ?? name;
      return [
        name,
        table ? { ...field, fieldName: columnForLibrary(tables, table, column) } : field,
      ] as const;
    });
    return [model, { ...rest, fields: Object.fromEntries(placed) }] as const;
  });
  const copy = Object.create(Object.getPrototypeOf(plugin) as object) as BetterAuthPlugin;
  return Object.assign(copy, plugin, { schema: Object.fromEntries(models) });
}
