import type { PoolClient, QueryResult } from 'pg';
import type { EntityManager, QueryRunner } from 'typeorm';
import type { Act } from '../../audit/act.js';
import type { Audit } from '../../audit/audit.js';
import type { ServerDataSource } from '../../database/server-data-source.js';

/** A statement of the library, which sends it to the client that it gets. */
type Statement = (client: PoolClient) => Promise<QueryResult>;

/**
 * Everything that a request writes for a route of a plugin is one transaction. The library commits each statement by
 * itself, so a server that dies between two of them would leave an organization without its owner, or a link used up
 * without a session. The transaction begins with the first change, because connections are few and a password hash before
 * it may take long.
 */
export class RequestTransaction {
  private runner: Promise<QueryRunner> | undefined;
  private ended = false;
  /** Statements run one after the other, because savepoints of two at a time would end each other. */
  private last: Promise<unknown> = Promise.resolve();
  private savepoints = 0;

  /** @param act who acts, for the audit trail. */
  constructor(
    private readonly dataSource: ServerDataSource,
    private readonly audit: Audit,
    private readonly act: Act,
  ) {}

  /** True if a statement belongs to the transaction, and not to a connection of its own. */
  get isOpen(): boolean {
    return this.runner !== undefined && !this.ended;
  }

  /** True after the answer. Tasks in the background may still write then, each statement by itself. */
  get isEnded(): boolean {
    return this.ended;
  }

  /** For statements of this server that belong to the request. Begins the transaction. */
  async manager(): Promise<EntityManager> {
    if (this.ended) return this.dataSource.manager;
    return (await this.begin()).manager;
  }

  /** Runs a statement. If it fails, those before it stay, as the library expects. */
  run(statement: Statement): Promise<QueryResult> {
    return this.inTurn(async (client) => {
      const name = `statement_${++this.savepoints}`;
      await client.query(`savepoint ${name}`);
      try {
        const result = await statement(client);
        await client.query(`release savepoint ${name}`);
        return result;
      } catch (error) {
        await client.query(`rollback to savepoint ${name}`);
        throw error;
      }
    });
  }

  /** A statement such as `savepoint`, which itself opens or ends a part of the transaction. */
  control(text: string): Promise<QueryResult> {
    return this.inTurn((client) => client.query(text));
  }

  /** Commits if the request was answered, and undoes everything if it failed. */
  async end({ commits }: { readonly commits: boolean }): Promise<void> {
    await this.last.catch(() => undefined);
    this.ended = true;
    if (!this.runner) return;
    const runner = await this.runner;
    try {
      if (commits) await runner.commitTransaction();
      else await runner.rollbackTransaction();
    } finally {
      await runner.release();
    }
  }

  private inTurn(statement: Statement): Promise<QueryResult> {
    const result = this.last.then(async () =>
      statement((await (await this.begin()).connect()) as PoolClient),
    );
    this.last = result.catch(() => undefined);
    return result;
  }

  private begin(): Promise<QueryRunner> {
    this.runner ??= this.beginNow();
    return this.runner;
  }

  private async beginNow(): Promise<QueryRunner> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      await this.audit.describe(this.act, runner.manager);
      return runner;
    } catch (error) {
      this.runner = undefined;
      await runner.release();
      throw error;
    }
  }
}
