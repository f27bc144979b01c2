import type { EntityManager, EntitySubscriberInterface, QueryRunner } from 'typeorm';

/** Keeps the hooks that run after a row is written until the transaction that wrote it is committed. */
export class CommittedHooks implements EntitySubscriberInterface {
  private readonly waiting = new WeakMap<QueryRunner, (() => void)[]>();

  /** Calls `committed` at once if no transaction is open, and never if the transaction is rolled back. */
  add(manager: EntityManager | undefined, committed: () => void): void {
    const runner = manager?.queryRunner;
    if (!runner?.isTransactionActive) return committed();
    this.waiting.set(runner, [...(this.waiting.get(runner) ?? []), committed]);
  }

  afterTransactionCommit({ queryRunner }: { queryRunner: QueryRunner }): void {
    // If the transaction is still active, only a savepoint was released.
    if (queryRunner.isTransactionActive) return;
    const committed = this.waiting.get(queryRunner) ?? [];
    this.waiting.delete(queryRunner);
    for (const each of committed) each();
  }

  afterTransactionRollback({ queryRunner }: { queryRunner: QueryRunner }): void {
    if (!queryRunner.isTransactionActive) this.waiting.delete(queryRunner);
  }
}
