import { inspect } from 'node:util';

/**
 * A fault that an operator can correct: wrong settings, no database, pending migrations. It has no stack trace when
 * printed, not even by programs such as the TypeORM CLI that print whole errors, because the message says everything.
 */
export class StartupFault extends Error {
  override readonly name = 'StartupFault';

  [inspect.custom](): string {
    return this.message;
  }
}
