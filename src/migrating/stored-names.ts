import type { QueryRunner } from 'typeorm';
import { TABLE_NAME_VARIABLES } from '../config/table-names.js';
import { StartupFault } from '../errors/startup-fault.js';

/**
 * Runs `work` with the table names with which the migrations began, even if the variables are no longer set. Otherwise
 * `work` would take tables of another application for ours.
 * @throws {StartupFault} if a variable has another name
 */
export async function withStoredNames<Result>(
  queryRunner: QueryRunner,
  work: () => Promise<Result>,
): Promise<Result> {
  const stored = await readStoredNames(queryRunner);
  if (!stored) return await work();
  const added: string[] = [];
  try {
    for (const [table, variable] of Object.entries(TABLE_NAME_VARIABLES)) {
      const name = stored.get(table) ?? table;
      const named = process.env[variable];
      if (named && named !== name) {
        throw new StartupFault(
          `${variable} is ${named}, but the migrations began with the table ${name}. Set ${variable}=${name}, or revert the migrations and run them again.`,
        );
      }
      if (named || name === table) continue;
      process.env[variable] = name;
      added.push(variable);
    }
    return await work();
  } finally {
    for (const variable of added) delete process.env[variable];
  }
}

/** Undefined if the migrations have not begun. */
async function readStoredNames(queryRunner: QueryRunner): Promise<ReadonlyMap<string, string> | undefined> {
  const [table] = (await queryRunner.query(`select to_regclass('gatehouse.names') is not null as found`)) as {
    found: boolean;
  }[];
  if (!table?.found) return undefined;
  const rows = (await queryRunner.query(
    `select object, name from gatehouse.names where strpos(object, '.') = 0`,
  )) as { object: string; name: string }[];
  return new Map(rows.map(({ object, name }) => [object, name]));
}
