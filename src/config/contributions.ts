import type { ContributedCookie } from './contributed-cookie.js';
import type { Extension } from './extensions.js';
import type { AnyOptionTable } from './option-table.js';

/** The options, cookies and extensions that features add to the configuration. */
export interface Contributions {
  readonly optionTables: readonly AnyOptionTable[];
  readonly cookies: readonly ContributedCookie[];
  readonly extensions: readonly Extension[];
}
