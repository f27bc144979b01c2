import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { GenerateIdFn } from '@better-auth/core';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { ServerDataSource } from './server-data-source.js';
import { randomToken } from '../crypto/random.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { sha256Base64Url } from '../crypto/sha256.js';

interface IdColumn {
  /** For a domain, the type below it. */
  readonly type: string;
  /** Characters; null if there is no limit. */
  readonly limit: number | null;
  /** The SQL expression that the table's default or identity computes; null if it has neither. */
  readonly fallback: string | null;
}

/** A column of a table that our migrations created. */
const OURS: IdColumn = { type: 'varchar', limit: 255, fallback: null };
/** Characters of a UUID. */
const UUID_LENGTH = 36;
/** Characters of `derived` without a limit. */
const DIGEST_LENGTH = 43;
/** Defaults that compute what `randomUUID` computes without a question to the database. */
const RANDOM_UUID = /^(\w+\.)?(gen_random_uuid|uuid_generate_v4)\(\)$/;

/** What Better Auth calls the rows of our tables. */
const MODELS: Readonly<Record<string, string>> = {
  users: 'user',
  sessions: 'session',
  accounts: 'account',
  verifications: 'verification',
};

/** For each type of a column, the texts that it returns as they were written. Others fit into every text. */
const WRITTEN_AS: Readonly<Record<string, RegExp>> = {
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
  int2: /^-?[1-9]\d{0,4}$/,
  int4: /^-?[1-9]\d{0,9}$/,
  int8: /^-?[1-9]\d{0,18}$/,
  numeric: /^-?[1-9]\d*$/,
};

/**
 * Ids of new rows. A table that existed before Gatehouse may have UUIDs (RFC 9562), count its rows or have a default of its
 * own; each new row then gets an id of that kind.
 */
@Injectable()
export class RowIds implements OnModuleInit {
  private columns: ReadonlyMap<string, IdColumn> = new Map();

  /** Better Auth's `advanced.database.generateId`. */
  readonly generateId: GenerateIdFn | undefined;

  constructor(
    @Inject(DataSource) private readonly dataSource: ServerDataSource,
    @Inject(CONFIG) { functions }: Pick<Config, 'functions'>,
  ) {
    this.generateId = functions.advanced?.database?.generateId;
  }

  /** Reads the column `id` of our tables, and of every table that statements reach without a schema. */
  async onModuleInit(): Promise<void> {
    const renamed = this.dataSource.tables.allRenamed;
    const rows = await this.dataSource.query<({ table: string; oid: string } & IdColumn)[]>(
      `select c.relname as "table", c.oid::text as oid, b.typname as type,
              case when b.typname in ('varchar', 'bpchar') and greatest(a.atttypmod, t.typtypmod) > 4
                   then greatest(a.atttypmod, t.typtypmod) - 4 end as limit,
              case when a.attidentity <> '' then format('nextval(%L)', pg_get_serial_sequence(c.oid::regclass::text, a.attname))
                   else pg_get_expr(d.adbin, d.adrelid) end as fallback
         from pg_class c
         left join unnest($1::oid[], $2::text[]) as renamed (oid, id_column) on renamed.oid = c.oid
         join pg_attribute a on a.attrelid = c.oid and a.attname = coalesce(renamed.id_column, 'id')
         join pg_type t on t.oid = a.atttypid
         cross join lateral (
           with recursive below as (
             select t.oid, t.typname, t.typbasetype
             union all
             select d.oid, d.typname, d.typbasetype from below join pg_type d on d.oid = below.typbasetype
           ) select typname from below where typbasetype = 0
         ) b
         left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.relkind in ('r', 'p') and c.relnamespace <> 'pg_catalog'::regnamespace
          and (pg_table_is_visible(c.oid) or renamed.oid is not null)`,
      [
        renamed.map(({ physical }) => physical.oid),
        renamed.map(({ table }) => this.dataSource.tables.physicalColumnOf(table, 'id')),
      ],
    );
    const ours = new Map(renamed.map(({ physical, table }) => [physical.oid, table]));
    this.columns = new Map(
      rows
        // Last, because a table that is not ours may have our name.
        .toSorted((a, b) => Number(ours.has(a.oid)) - Number(ours.has(b.oid)))
        .map(({ oid, table, type, limit, fallback }) => [ours.get(oid) ?? table, { type, limit, fallback }]),
    );
  }

  /** The id for a new row. A number that the table counts is then used up. */
  async next(table: string): Promise<string> {
    return this.unlessDefault(table) ?? (await this.fromDefault(table));
  }

  /**
   * The id for a new row; undefined if the table's default makes it and the insert should leave the column out.
   * @param asked what the function of a module gets.
   */
  unlessDefault(
    table: string,
    asked: Parameters<GenerateIdFn>[0] = { model: MODELS[table] ?? table },
  ): string | undefined {
    const given = this.generateId?.(asked);
    if (given) return this.fitting(given, table, asked.model);
    const { type, limit, fallback } = this.columnOf(table);
    if (type === 'uuid' && (fallback === null || RANDOM_UUID.test(fallback))) return randomUUID();
    if (fallback !== null) return undefined;
    // PostgreSQL pads a shorter text in such a column with blanks, and the id would no longer be what was written.
    if (type === 'bpchar' && limit !== null) return limit === UUID_LENGTH ? randomUUID() : randomToken(limit);
    return randomToken(32);
  }

  /** The same id for the same text, and for no other text. */
  derived(table: string, text: string): string {
    const digest = sha256Base64Url(text);
    const { type, limit } = this.columnOf(table);
    const bytes = Buffer.from(digest, 'base64url');
    // Negative, because tables count upwards from 1.
    if (type === 'int4') return String(-1 - (bytes.readUInt32BE() >>> 1));
    if (type === 'int8' || type === 'numeric') return String(-1n - (bytes.readBigUInt64BE() >> 1n));
    const hex = bytes.toString('hex');
    const isUuid = type === 'uuid' || (type === 'bpchar' && limit === UUID_LENGTH);
    if (isUuid) return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    if (type === 'bpchar' && limit !== null) return hex.padEnd(limit, '0').slice(0, limit);
    return limit !== null && limit < DIGEST_LENGTH ? hex.slice(0, 32) : digest;
  }

  private columnOf(table: string): IdColumn {
    return this.columns.get(table) ?? OURS;
  }

  /** @throws {Error} if the column would not return the id as it was written. */
  private fitting(id: unknown, table: string, model: string): string {
    const { type, limit } = this.columnOf(table);
    const fits =
      typeof id === 'string' &&
      WRITTEN_AS[type]?.test(id) !== false &&
      (limit === null || (type === 'bpchar' ? id.length === limit : id.length <= limit));
    if (fits) return id;
    const wanted = limit === null ? type : `${type}(${limit})`;
    throw new Error(
      `advanced.database.generateId in the module of PLUGINS made an id for "${model}" that a column of the type ${wanted} does not take.`,
    );
  }

  private async fromDefault(table: string): Promise<string> {
    const { fallback } = this.columnOf(table);
    const [row] = await this.dataSource.query<{ id: string }[]>(`select (${fallback})::text as id`);
    if (!row) throw new Error(`The default of ${table}.id made no id.`);
    return row.id;
  }
}
