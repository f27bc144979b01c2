import type { Environment } from './environment.js';

/**
 * Warnings about variables that look like options but are none.
 * @param prefixes of the variables that stand for options.
 */
export function ineffective(
  environment: Environment,
  known: ReadonlySet<string>,
  prefixes: readonly string[],
): string[] {
  return Object.keys(environment)
    .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
    .filter((name) => !known.has(name))
    .map((name) => `${name} has no effect, because this server does not have this option. Remove it.`);
}
