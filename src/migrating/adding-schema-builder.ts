import {
  Table,
  TableForeignKey,
  TableIndex,
  TableUnique,
  type DataSource,
  type EntityMetadata,
  type QueryRunner,
} from 'typeorm';
import { readTables, type Tables } from '../database/tables.js';
import { readRelation, relationOf, type Relation } from './relation.js';

type SchemaBuilder = ReturnType<DataSource['driver']['createSchemaBuilder']>;
type Statements = Awaited<ReturnType<SchemaBuilder['log']>>;

/**
 * With this schema builder, the TypeORM CLI compares our entities with the database. TypeORM's own builder drops columns,
 * indexes and keys that no entity names, and changes types. Our tables may belong to another application too, so this one
 * only adds what an entity has and the database lacks.
 */
export class AddingSchemaBuilder implements SchemaBuilder {
  /** @param requireMigrations throws if migrations are pending, because only they know how to treat a legacy table. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly requireMigrations: () => Promise<void>,
  ) {}

  /** The statements that would add what is missing. Only reads. */
  async log(): Promise<Statements> {
    await this.requireMigrations();
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      const tables = await readTables(this.dataSource);
      const found = await Promise.all(
        this.dataSource.entityMetadatas.map(async (entity) => ({
          entity,
          relation: await readRelation(this.dataSource, relationOf(entity, tables)),
        })),
      );
      queryRunner.enableSqlMemory();
      const builder = new Additions(queryRunner, tables);
      for (const { entity, relation } of found) await builder.addColumns(entity, relation);
      for (const { entity, relation } of found) await builder.addKeys(entity, relation);
      return queryRunner.getMemorySql();
    } finally {
      queryRunner.disableSqlMemory();
      await queryRunner.release();
    }
  }

  /** Adds what is missing, all or nothing. */
  async build(): Promise<void> {
    const { upQueries } = await this.log();
    await this.dataSource.transaction(async (manager) => {
      for (const { query, parameters } of upQueries) await manager.query(query, parameters);
    });
  }
}

/** Records statements in the memory of the query runner. */
class Additions {
  constructor(
    private readonly queryRunner: QueryRunner,
    private readonly tables: Tables,
  ) {}

  async addColumns(entity: EntityMetadata, relation: Relation | undefined): Promise<void> {
    const wanted = this.tableOf(entity);
    if (!relation) {
      await this.queryRunner.createTable(new Table({ ...wanted, indices: [], uniques: [] }), false, false);
      return;
    }
    const present = new Set(relation.columns);
    const missing = wanted.columns.filter(({ name }) => !present.has(name));
    for (const column of missing) await this.queryRunner.addColumn(wanted, column);
  }

  async addKeys(entity: EntityMetadata, relation: Relation | undefined): Promise<void> {
    const table = this.tableOf(entity);
    // Copies, because TypeORM adds to these lists what it creates.
    const [indexes, uniques] = [[...table.indices], [...table.uniques]];
    for (const index of indexes) {
      if (relation?.indexes.some((found) => serves(found, index))) continue;
      await this.queryRunner.createIndex(table, index);
    }
    for (const unique of uniques) {
      if (relation?.indexes.some((found) => serves(found, { ...unique, isUnique: true }))) continue;
      await this.queryRunner.createUniqueConstraint(table, unique);
    }
    for (const key of this.foreignKeysOf(entity)) {
      const target = this.tables.physicalOf(key.referencedTableName);
      if (
        relation?.foreignKeys.some((found) => same(found.columns, key.columnNames) && found.target === target)
      )
        continue;
      await this.queryRunner.createForeignKey(table, key);
    }
  }

  /** The table that the entity describes, with the names that it and its columns have in this database. */
  private tableOf(entity: EntityMetadata): Table {
    const wanted = Table.create(entity, this.queryRunner.dataSource.driver);
    const { tableName } = entity;
    const columnOf = (column: string) => this.tables.physicalColumnOf(tableName, column);
    for (const column of wanted.columns) column.name = columnOf(column.name);
    return new Table({
      ...wanted,
      name: this.pathOf(wanted.name, tableName),
      indices: wanted.indices.map((index) => this.named(new TableIndex(index), tableName)),
      uniques: wanted.uniques.map((unique) => this.named(new TableUnique(unique), tableName)),
    });
  }

  /** @param wanted the table's name with the schema of the entity, if it has one */
  private pathOf(wanted: string, table: string): string {
    const schema = this.tables.isNear(table)
      ? wanted.slice(0, -table.length)
      : `${this.tables.schemaOf(table)}.`;
    return schema + this.tables.physicalNameOf(table);
  }

  private foreignKeysOf(entity: EntityMetadata): TableForeignKey[] {
    return entity.foreignKeys.map((metadata) => {
      const key = TableForeignKey.create(metadata, this.queryRunner.dataSource.driver);
      const referenced = metadata.referencedEntityMetadata.tableName;
      key.referencedColumnNames = key.referencedColumnNames.map((name) =>
        this.tables.physicalColumnOf(referenced, name),
      );
      return this.named(key, entity.tableName);
    });
  }

  /** Names of indexes and keys begin with that of their table. */
  private named<Key extends { name?: string; columnNames: string[] }>(key: Key, table: string): Key {
    const name = this.tables.physicalNameOf(table);
    if (name !== table && key.name?.startsWith(`${table}_`)) key.name = name + key.name.slice(table.length);
    key.columnNames = key.columnNames.map((column) => this.tables.physicalColumnOf(table, column));
    return key;
  }
}

/**
 * True if this index does what the entity wants, whatever its name is. A unique index must have exactly these columns. Any
 * other must begin with them.
 */
function serves(
  found: Relation['indexes'][number],
  wanted: { readonly columnNames: readonly string[]; readonly isUnique: boolean },
): boolean {
  if (wanted.isUnique) return found.unique && same(found.columns, wanted.columnNames);
  return wanted.columnNames.every((column, index) => found.columns[index] === column);
}

const same = (left: readonly string[], right: readonly string[]) =>
  left.length === right.length && left.every((name) => right.includes(name));
