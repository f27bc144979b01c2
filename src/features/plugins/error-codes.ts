import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The errors of one status. */
export interface ErrorsOfStatus {
  readonly codes?: readonly string[];
  /** The values of the field `error`, as in OAuth (RFC 6749 §5.2). */
  readonly names?: readonly string[];
  /** The values of `scimType`, if the errors have the form of SCIM (RFC 7644 §3.12). Some have none. */
  readonly scimTypes?: readonly string[] | undefined;
  /** True if there are errors with neither, or without a body. */
  readonly bare?: boolean;
  /** True if there are errors whose code nobody can tell. */
  readonly open?: boolean;
}

/** A task that this server does in the library's place, with errors of its own. */
export type Task = 'check' | 'password' | 'session' | 'user';

/** The errors of some code. */
export interface ErrorsOfCode {
  readonly does?: readonly Task[];
  readonly errors: Readonly<Record<string, ErrorsOfStatus>>;
}

/** The errors of the known plugins. `test/documents/plugin-errors.test.ts` reads them in the published code. */
export interface ErrorCodes {
  /** By method and path, such as `POST /two-factor/enable`. */
  readonly routes: Readonly<Record<string, ErrorsOfCode>>;
  /** Of the hooks around routes, by the plugin's own id. */
  readonly hooks: Readonly<Record<string, ErrorsOfCode>>;
  /** Of the hooks on rows and passwords, by the plugin's own id. */
  readonly rows: Readonly<Record<string, ErrorsOfCode>>;
  /** The values of `scimType` that the plugin `scim` gives, by status. */
  readonly scim: Readonly<Record<string, readonly string[]>>;
}

/** Only the document needs them, so they are not kept. */
export const readErrorCodes = (): ErrorCodes =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'error-codes.json'), 'utf8')) as ErrorCodes;
