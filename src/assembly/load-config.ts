import { loadConfig as load, type Config } from '../config/config.js';
import type { Environment } from '../config/environment.js';
import type { Feature } from './feature.js';
import { FEATURES } from './features.js';

/**
 * The configuration of the application with all its features.
 * @throws {StartupFault} that lists every fault at once.
 */
export function loadConfig(environment: Environment, features: readonly Feature[] = FEATURES): Config {
  return load(environment, {
    optionTables: features.flatMap(({ optionTables = [] }) => optionTables),
    cookies: features.flatMap(({ cookies = [] }) => cookies),
  });
}
