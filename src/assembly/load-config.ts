import { loadConfig as load, type Config } from '../config/config.js';
import type { Environment } from '../config/environment.js';
import type { Feature } from './feature.js';
import { FEATURES } from './features.js';

/**
 * Reads the configuration of the application with all its features.
 * @throws {StartupFault} whose message lists all faults.
 */
export function loadConfig(environment: Environment, features: readonly Feature[] = FEATURES): Config {
  return load(environment, {
    optionTables: features.flatMap(({ optionTables = [] }) => optionTables),
    cookies: features.flatMap(({ cookies = [] }) => cookies),
  });
}
