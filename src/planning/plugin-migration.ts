import type { Plan } from './plan.js';

/** Our migrations that add what the configuration asks for. */
const CONFIGURED = /^Add(ConfiguredColumns|PluginTables)/;

/** Statements that change tables of the application, and how each is taken back. */
const REVERSED: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^create table (\S+)/i, (table) => `drop table ${table}`],
  [
    /^create (?:unique )?index (?:concurrently )?(?:if not exists )?(\S+)/i,
    (index) => `drop index concurrently if exists ${index}`,
  ],
  [/^alter table (\S+) add column (\S+)/i, (table, column) => `alter table ${table} drop column ${column}`],
];

/** A statement of the migration, and the one that takes it back. */
interface Change {
  readonly up: string;
  readonly down: string;
}

/** The tables, columns and indexes that the settings ask for and this database does not have, in order. */
export function configuredChanges({ steps }: Plan): Change[] {
  const statements = steps
    .filter(({ migration }) => CONFIGURED.test(migration))
    .flatMap((step) => step.statements);
  return statements.flatMap(({ sql }) => {
    const up = sql.trim();
    if (/\bgatehouse\./.test(up)) return [];
    for (const [pattern, reverse] of REVERSED) {
      const [found, ...names] = pattern.exec(up) ?? [];
      if (found) return [{ up, down: reverse(...names) }];
    }
    return [];
  });
}

/**
 * A migration class for TypeORM with these changes.
 * @param timestamp milliseconds since 1970.
 */
export function migrationClass(changes: readonly Change[], plugins: string, timestamp: number): string {
  const lines = (texts: readonly string[]) =>
    texts.map((text) => `    await queryRunner.query(${JSON.stringify(text)});`).join('\n');
  return `import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds the tables and columns of ${plugins}. */
export class AddTablesOfPlugins${timestamp} implements MigrationInterface {
  name = 'AddTablesOfPlugins${timestamp}';
  /** PostgreSQL builds no index concurrently in a transaction. */
  transaction = false as const;

  async up(queryRunner: QueryRunner): Promise<void> {
${lines(changes.map(({ up }) => up))}
  }

  async down(queryRunner: QueryRunner): Promise<void> {
${lines(changes.map(({ down }) => down).toReversed())}
  }
}
`;
}
