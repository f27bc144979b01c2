import { closestName } from './closest-name.js';
import type { Environment } from './environment.js';
import { concernsMigrations, MIGRATION_VARIABLES } from './migration-variables.js';
import { FOREIGN, type KnownVariables } from './variables.js';

/**
 * @param names the variables to read
 * @param spelt the variables whose misspellings are faults
 */
export function parseAll(
  environment: Environment,
  known: KnownVariables,
  names: readonly string[],
  faults: string[],
  spelt: readonly string[] = names,
): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const name of names) {
    const given = environment[name];
    if (given === undefined || given === '') continue;
    try {
      values.set(name, known.get(name)?.(given));
    } catch (error) {
      faults.push(`${name} must be ${(error as Error).message}.`);
    }
  }
  for (const name of Object.keys(environment)) {
    const meant = known.has(name) || FOREIGN.has(name) ? undefined : closestName(name, [...known.keys()]);
    if (meant && spelt.includes(meant)) faults.push(`${name} is not a setting. Rename it to ${meant}.`);
    else if (!known.has(name) && concernsMigrations(name) && spelt.includes('LEGACY_USERS_TABLE'))
      faults.push(`${name} is not a setting. Remove it, or use one of: ${similar(name)}.`);
  }
  return values;
}

/** The variables of the migrations that have a word in common with an unknown name. */
function similar(name: string): string {
  const words = new Set(name.split('_').slice(1, -1));
  const known = Object.keys(MIGRATION_VARIABLES);
  const related = known.filter((other) =>
    other
      .split('_')
      .slice(1, -1)
      .some((word) => words.has(word)),
  );
  return (related.length > 0 ? related : known).join(', ');
}
