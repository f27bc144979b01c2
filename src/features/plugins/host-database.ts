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

  /** A plugin may add a user and what belongs to it in one transaction. Only that connection sees the user. */
  get manager(): EntityManager {
    const transaction = hostedCalls.getStore()?.transaction;
    if (!transaction) return this.dataSource.manager;
    const runner = Object.assign(this.dataSource.createQueryRunner(), { databaseConnection: transaction });
    return this.dataSource.createEntityManager(runner);
  }
}
