import type { Type } from '@nestjs/common';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { MigrationInterface } from 'typeorm';
import { StartupFault } from '../errors/startup-fault.js';
import type { ContributedCookie } from './contributed-cookie.js';
import type { Environment } from './environment.js';
import type { AnyOptionTable } from './option-table.js';
import { list } from './values.js';

/** Code of a team that runs in this server (src/assembly/extensions.md). */
export interface Extension {
  readonly module: Type;
  /** TypeORM's classes for the tables of the extension. */
  readonly entities?: readonly (new () => object)[];
  readonly optionTables?: readonly AnyOptionTable[];
  readonly cookies?: readonly ContributedCookie[];
  /** They run with the server's own, in the order of their timestamps. */
  readonly migrations?: readonly (new () => MigrationInterface)[];
}

const require = createRequire(import.meta.url);

const LISTS = ['entities', 'optionTables', 'cookies', 'migrations'] as const;

/**
 * Loads the modules that `EXTENSIONS` names. Paths count from the working directory.
 * @throws {StartupFault} if one cannot be loaded or exports something else.
 */
export function extensionsIn({ EXTENSIONS = '' }: Environment): Extension[] {
  return list(EXTENSIONS).map(extensionFrom);
}

function extensionFrom(path: string): Extension {
  const { default: exported } = load(path) as { default?: unknown };
  const { module, ...others } = (exported ?? {}) as Partial<Record<string, unknown>>;
  const wrong = LISTS.find((name) => name in others && !Array.isArray(others[name]));
  if (typeof module !== 'function')
    throw new StartupFault(
      `EXTENSIONS must name modules whose default export is { module, … } with a class of Nest, but ${path} exports something else.`,
    );
  if (wrong) throw new StartupFault(`EXTENSIONS: ${wrong} in ${path} must be an array.`);
  return exported as Extension;
}

function load(path: string): unknown {
  try {
    return require(resolve(path));
  } catch (error) {
    const [reason] = (error as Error).message.split('\n', 1);
    throw new StartupFault(`EXTENSIONS names ${path}, which cannot be loaded: ${reason}`);
  }
}
