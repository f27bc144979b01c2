import { MigrationExecutor, type Migration, type QueryRunner } from 'typeorm';
import { appliedColumnsMigration } from '../../migrations/configured-columns.js';
import { appliedPluginTables } from '../../migrations/plugin-tables.js';
import { appliedSecondFactors } from '../../migrations/second-factors.js';
import { auditMigration } from './audited-migration.js';
import { MIGRATIONS_TABLE } from './migrations-table.js';

/**
 * TypeORM's executor, limited to our migrations: other names in the table are left alone. It creates the table together
 * with its first row, so that a refused run leaves nothing behind.
 */
export class OurMigrations extends MigrationExecutor {
  /** Applied migrations of configured columns and of plugins whose setting has been removed since. */
  private readonly withoutSetting = new Map<string, Migration>();
  private hasTable = false;

  /** Reverts all our migrations, newest first. Returns their number. */
  async undoAll(): Promise<number> {
    let count = 0;
    for (; (await this.getExecutedMigrations()).length > 0; count++) await this.undoLastMigration();
    return count;
  }

  protected override async createMigrationsTableIfNotExist(queryRunner: QueryRunner): Promise<void> {
    this.hasTable = await queryRunner.hasTable(MIGRATIONS_TABLE);
  }

  protected override async loadExecutedMigrations(queryRunner: QueryRunner): Promise<Migration[]> {
    this.hasTable = await queryRunner.hasTable(MIGRATIONS_TABLE);
    if (!this.hasTable) return [];
    const executed = await super.loadExecutedMigrations(queryRunner);
    for (const migration of executed) this.addIfWithoutSetting(migration);
    const ours = new Set(this.getMigrations().map(({ name }) => name));
    return executed.filter(({ name }) => ours.has(name));
  }

  protected override async insertExecutedMigration(
    queryRunner: QueryRunner,
    migration: Migration,
  ): Promise<void> {
    if (!this.hasTable) await super.createMigrationsTableIfNotExist(queryRunner);
    this.hasTable = true;
    await super.insertExecutedMigration(queryRunner, migration);
    await auditMigration(queryRunner, 'migration.applied', migration.name);
  }

  protected override async deleteExecutedMigration(
    queryRunner: QueryRunner,
    migration: Migration,
  ): Promise<void> {
    await super.deleteExecutedMigration(queryRunner, migration);
    await auditMigration(queryRunner, 'migration.reverted', migration.name);
  }

  protected override getMigrations(): Migration[] {
    return [...super.getMigrations(), ...this.withoutSetting.values()];
  }

  private addIfWithoutSetting(migration: Migration): void {
    if (super.getMigrations().some(({ name }) => name === migration.name)) return;
    const found =
      appliedColumnsMigration(migration.name) ??
      appliedPluginTables(migration.name) ??
      appliedSecondFactors(migration.name);
    if (found) this.withoutSetting.set(migration.name, { ...migration, instance: new found() });
  }
}
