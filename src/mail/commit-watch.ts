import type { EntitySubscriberInterface, QueryRunner } from 'typeorm';

/** Calls `committed` when the transaction that wrote a mail has been committed, because nobody else sees the row before. */
export class CommitWatch implements EntitySubscriberInterface {
  private readonly watched = new WeakSet<QueryRunner>();

  constructor(private readonly committed: () => void) {}

  /** Calls `committed` at once if no transaction is open. */
  watch(queryRunner: QueryRunner | undefined): void {
    if (queryRunner?.isTransactionActive) this.watched.add(queryRunner);
    else this.committed();
  }

  afterTransactionCommit({ queryRunner }: { queryRunner: QueryRunner }): void {
    // If the transaction is still active, only a savepoint was released.
    if (!queryRunner.isTransactionActive && this.watched.delete(queryRunner)) this.committed();
  }

  afterTransactionRollback({ queryRunner }: { queryRunner: QueryRunner }): void {
    if (!queryRunner.isTransactionActive) this.watched.delete(queryRunner);
  }
}
