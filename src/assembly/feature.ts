import type { Type } from '@nestjs/common';
import type { ContributedCookie } from '../config/contributions.js';
import type { AnyOptionTable } from '../config/option-table.js';

/**
 * A folder of the application and what it contributes before anything runs. Everything else, such as gates, sweeps and
 * metrics, the providers of its module register when they are constructed.
 */
export interface Feature {
  readonly module: Type;
  /** The tables that TypeORM knows by these classes. */
  readonly entities?: readonly (new () => object)[];
  readonly optionTables?: readonly AnyOptionTable[];
  readonly cookies?: readonly ContributedCookie[];
}
