import { loadConfig as load, type Config } from '../config/config.js';
import { extensionsIn } from '../config/extensions.js';
import type { Environment } from '../config/environment.js';
import type { Feature } from './feature.js';
import { FEATURES } from './features.js';

/**
 * Reads the configuration of the application with all its features.
 * @throws {StartupFault} whose message lists all faults.
 */
export function loadConfig(environment: Environment, features: readonly Feature[] = FEATURES): Config {
  const extensions = extensionsIn(environment);
  const all = [...features, ...extensions];
  return load(environment, {
    optionTables: all.flatMap(({ optionTables = [] }) => optionTables),
    cookies: all.flatMap(({ cookies = [] }) => cookies),
    extensions,
  });
}
