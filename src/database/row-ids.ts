import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { randomToken } from '../crypto/random.js';
import { sha256Base64Url } from '../crypto/sha256.js';

type Table = 'sessions' | 'accounts' | 'verifications' | 'jwks';

interface IdColumn {
  readonly type: string;
  /** SQL of the column's default or identity; null if it has none. */
  readonly fallback: string | null;
}

const OURS: IdColumn = { type: 'varchar', fallback: null };
const COUNTED = ['int4', 'int8'];

/** Makes row ids. Our own tables have text ids; adopted tables may have UUIDs (RFC 9562) or numbers. */
@Injectable()
export class RowIds implements OnModuleInit {
  private columns: ReadonlyMap<string, IdColumn> = new Map();

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async onModuleInit(): Promise<void> {
    const rows = await this.dataSource.query<({ table: string } & IdColumn)[]>(
      `select c.relname as "table", t.typname as type,
              case when a.attidentity <> '' then format('nextval(%L)', pg_get_serial_sequence(c.relname, 'id'))
                   else pg_get_expr(d.adbin, d.adrelid) end as fallback
         from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attname = 'id'
         join pg_type t on t.oid = a.atttypid
         left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.oid in (to_regclass('sessions'), to_regclass('accounts'), to_regclass('verifications'), to_regclass('jwks'))`,
    );
    this.columns = new Map(rows.map(({ table, type, fallback }) => [table, { type, fallback }]));
  }

  /** A new id. For a numeric column takes the next number of its sequence. */
  async next(table: Table): Promise<string> {
    const { type, fallback } = this.columns.get(table) ?? OURS;
    if (type === 'uuid') return randomUUID();
    if (!COUNTED.includes(type)) return randomToken(32);
    const [row] = await this.dataSource.query<{ id: string }[]>(`select (${fallback})::text as id`);
    return row?.id ?? '';
  }

  /** An id computed from the text: the same text always gives the same id, and other texts give other ids. */
  derived(table: Table, text: string): string {
    const digest = sha256Base64Url(text);
    const { type } = this.columns.get(table) ?? OURS;
    const bytes = Buffer.from(digest, 'base64url');
    // Negative numbers, which no sequence gives.
    if (type === 'int4') return String(-1 - (bytes.readUInt32BE() >>> 1));
    if (type === 'int8') return String(-1n - (bytes.readBigUInt64BE() >> 1n));
    if (type !== 'uuid') return digest;
    const hex = bytes.toString('hex');
    return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
}
