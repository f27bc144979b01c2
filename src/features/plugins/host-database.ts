import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Audit } from '../../audit/audit.js';
import { Replica } from '../../database/replica.js';
import { RowHooks } from '../../database/row-hooks.js';
import { RowIds } from '../../database/row-ids.js';
import type { ServerDataSource } from '../../database/server-data-source.js';

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
}
