import { inspect } from 'node:util';

/** A fault the operator can correct. The TypeORM CLI prints whole errors; of this one it prints only the message. */
export class MigrationFault extends Error {
  override readonly name = 'MigrationFault';

  [inspect.custom](): string {
    return this.message;
  }
}
