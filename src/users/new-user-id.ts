import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { randomToken } from '../crypto/random.js';

interface IdColumn {
  readonly type: string;
  /** What the table's default or identity computes; null without. */
  readonly fallback: string | null;
}

/** New ids come the table's own way: a legacy table's default or identity first, else what fits the column's type. */
@Injectable()
export class NewUserId implements OnModuleInit {
  private column: IdColumn = { type: 'character varying', fallback: null };

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async onModuleInit(): Promise<void> {
    const [column] = await this.dataSource.query<IdColumn[]>(
      `select format_type(a.atttypid, null) as type,
              case when a.attidentity <> '' then format('nextval(%L)', pg_get_serial_sequence('users', 'id'))
                   else pg_get_expr(d.adbin, d.adrelid) end as fallback
         from pg_attribute a
         left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = to_regclass('users') and a.attname = 'id'`,
    );
    if (column) this.column = column;
  }

  /** Undefined: the database makes it. */
  next(): string | undefined {
    if (this.column.fallback !== null) return undefined;
    return this.column.type === 'uuid' ? randomUUID() : randomToken(32);
  }

  /** The id that a new row without one would get; it is then used up. */
  async fromDatabase(): Promise<string> {
    const [row] = await this.dataSource.query<{ id: string }[]>(
      `select (${this.column.fallback})::text as id`,
    );
    return row?.id ?? randomToken(32);
  }
}
