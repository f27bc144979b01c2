import type { EntitySubscriberInterface, QueryRunner } from 'typeorm';

/** Tells when the transaction a mail was written in has been committed: before, nobody else sees the row. */
export class CommitWatch implements EntitySubscriberInterface {
  private readonly watched = new WeakSet<QueryRunner>();

  constructor(private readonly committed: () => void) {}

  /** At once where no transaction is open. */
  watch(queryRunner: QueryRunner | undefined): void {
    if (queryRunner?.isTransactionActive) this.watched.add(queryRunner);
    else this.committed();
  }

  afterTransactionCommit({ queryRunner }: { queryRunner: QueryRunner }): void {
    // Still active: that was a savepoint.
    if (!queryRunner.isTransactionActive && this.watched.delete(queryRunner)) this.committed();
  }

  afterTransactionRollback({ queryRunner }: { queryRunner: QueryRunner }): void {
    if (!queryRunner.isTransactionActive) this.watched.delete(queryRunner);
  }
}
