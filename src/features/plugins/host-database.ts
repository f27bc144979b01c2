import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Audit } from '../../audit/audit.js';
import { Replica } from '../../database/replica.js';
import { RowHooks } from '../../database/row-hooks.js';
import { RowIds } from '../../database/row-ids.js';
import type { ServerDataSource } from '../../database/server-data-source.js';
import { hostedCalls } from './hosted-call.js';

/** What the library needs of this server's database. */
@Injectable()
export class HostDatabase {
  constructor(
    @Inject(DataSource) readonly dataSource: ServerDataSource,
    readonly ids: RowIds,
    readonly rowHooks: RowHooks,
    readonly replica: Replica,
    readonly audit: Audit,
  ) {}

  /** Of the open transaction, because only there the rows that the library has just written can be seen. */
  async manager(): Promise<EntityManager> {
    const { transaction, ownTransaction } = hostedCalls.getStore() ?? {};
    if (transaction) return transaction.manager();
    if (!ownTransaction) return this.dataSource.manager;
    const runner = Object.assign(this.dataSource.createQueryRunner(), { databaseConnection: ownTransaction });
    return this.dataSource.createEntityManager(runner);
  }
}
