import { TABLE_NAME_VARIABLES, type TableNames } from '../config/table-names.js';
import { StartupFault } from '../errors/startup-fault.js';
import type { Tables } from './tables.js';

/**
 * Compares the settings with the migrated database. Settings that are not set agree with every name.
 * @throws {StartupFault} if a setting has another name than the table.
 */
export function requireTableNames(tables: Tables, names: TableNames): void {
  for (const table of Object.keys(TABLE_NAME_VARIABLES) as (keyof TableNames)[]) {
    const [name, variable] = [names[table], TABLE_NAME_VARIABLES[table]];
    const migrated = tables.nameOf(table);
    if (name === undefined || name === migrated) continue;
    throw new StartupFault(
      `${variable} is ${name}, but the migrations made the table ${migrated}: set ${variable}=${migrated}, or revert the migrations and run them again.`,
    );
  }
}
