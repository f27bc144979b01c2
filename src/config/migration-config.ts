import type { DatabaseConfig } from './database-config.js';
import { StartupFault } from '../errors/startup-fault.js';
import { CORE, DATABASE_NAMES, FIELD_NAMES, TABLE_NAMES, withoutDatabase } from './config.js';
import { databaseFrom } from './database-config.js';
import { fieldsFrom, type ConfiguredFields } from './configured-fields.js';
import type { Environment } from './environment.js';
import { extensionsIn } from './extensions.js';
import { MIGRATION_VARIABLES } from './migration-variables.js';
import { describeFaults } from './describe-faults.js';
import { parseAll } from './parse-variables.js';
import { tableNameFaults, tableNamesFrom } from './table-names.js';
import { VARIABLES, knownVariables } from './variables.js';

/** What the commands for the database need to know. */
export interface MigrationConfig {
  readonly database: DatabaseConfig;
  readonly fields: ConfiguredFields;
  /** Months for which events of the audit trail are kept; undefined for ever. */
  readonly auditRetention: number | undefined;
}

/**
 * Reads the settings of the database, of the migrations and of the tables. Refuses misspelt names of any setting, because
 * the migrations would run without it.
 * @throws {StartupFault} whose message lists all faults.
 */
export function loadMigrationConfig(environment: Environment): MigrationConfig {
  const faults: string[] = [];
  const names = [
    ...DATABASE_NAMES,
    ...FIELD_NAMES,
    ...Object.keys(MIGRATION_VARIABLES),
    ...TABLE_NAMES,
    'AUDIT_RETENTION',
  ];
  const extended = extensionsIn(environment).flatMap(({ optionTables = [] }) => optionTables);
  const spelt = [...new Set([...names, ...Object.keys(VARIABLES), ...knownVariables(extended).keys()])];
  const parsed = parseAll(environment, CORE, names, faults, spelt);
  faults.push(...tableNameFaults(tableNamesFrom(parsed)));
  faults.push(...withoutDatabase(environment, faults));
  const fields = fieldsFrom(environment, parsed, faults);
  if (faults.length > 0) throw new StartupFault(describeFaults(faults));
  return {
    database: databaseFrom(Object.fromEntries(parsed)),
    fields,
    auditRetention: parsed.get('AUDIT_RETENTION') as number | undefined,
  };
}
