import { inspect } from 'node:util';

/** What an operator can mend. The TypeORM CLI prints errors whole: this one shows its message and no stack. */
export class MigrationFault extends Error {
  override readonly name = 'MigrationFault';

  [inspect.custom](): string {
    return this.message;
  }
}
