import type { MigrationInterface, QueryRunner } from 'typeorm';

type MigrationClass = new () => MigrationInterface;

/**
 * The migration of an extension, in a transaction. Our own migrations open theirs themselves, so TypeORM opens none. A
 * migration with `transaction = false` gets none, as in TypeORM.
 */
export function inOneTransaction(migration: MigrationClass): MigrationClass {
  const wrapped = class implements MigrationInterface {
    private readonly inner = new migration();
    readonly name = this.inner.name ?? migration.name;

    up(queryRunner: QueryRunner): Promise<void> {
      return this.run(queryRunner, () => this.inner.up(queryRunner));
    }

    down(queryRunner: QueryRunner): Promise<void> {
      return this.run(queryRunner, () => this.inner.down(queryRunner));
    }

    private async run(queryRunner: QueryRunner, work: () => Promise<void>): Promise<void> {
      if (this.inner.transaction === false) return work();
      await queryRunner.startTransaction();
      try {
        await work();
        await queryRunner.commitTransaction();
      } catch (error) {
        await queryRunner.rollbackTransaction();
        throw error;
      }
    }
  };
  Object.defineProperty(wrapped, 'name', { value: migration.name });
  return wrapped;
}
