import { inspect } from 'node:util';

/**
 * A fault an operator can mend: wrong settings, no database, pending migrations. The message is all there is to say,
 * so printing it, also by a program that prints errors whole such as the TypeORM CLI, shows no stack trace.
 */
export class StartupFault extends Error {
  override readonly name = 'StartupFault';

  [inspect.custom](): string {
    return this.message;
  }
}
