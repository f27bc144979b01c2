import type { MigrationInterface, QueryRunner } from 'typeorm';
import { adoptedFacts, planAdoption } from './helpers/1763900000000-adoption.js';
import { MigrationFault } from './helpers/1763900000000-fault.js';
import { chooseLegacyColumns } from './helpers/1763900000000-legacy-columns.js';
import { rowFindings } from './helpers/1763900000000-row-findings.js';
import { tableFindings } from './helpers/1763900000000-table-findings.js';

/** Checks the database before anything changes. Stops with a list of everything that prevents the migrations. */
export class InspectLegacyTables1763900000000 implements MigrationInterface {
  name = 'InspectLegacyTables1763900000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const findings = await databaseFindings(queryRunner);
    const plan = await planAdoption(queryRunner);
    findings.push(...plan.findings);
    const users = plan.adoptions.find(({ table }) => table === 'users');
    for (const adoption of plan.adoptions)
      findings.push(...(await tableFindings(queryRunner, adoption, users && adoptedFacts(users))));
    if (users?.source.kind === 'r')
      findings.push(...chooseLegacyColumns(users).findings, ...(await rowFindings(queryRunner, users)));
    if (findings.length > 0) throw new MigrationFault(describeFindings(findings));
  }

  async down(): Promise<void> {}
}

async function databaseFindings(queryRunner: QueryRunner): Promise<string[]> {
  const [database] = (await queryRunner.query(
    `select current_setting('server_version_num')::integer as version, current_setting('server_version') as spelt,
            current_schema() as schema, current_user as role,
            coalesce(has_schema_privilege(current_schema(), 'create'), false) as "mayCreate"`,
  )) as { version: number; spelt: string; schema: string | null; role: string; mayCreate: boolean }[];
  if (!database) return [];
  const findings: string[] = [];
  if (database.version < 140_000)
    findings.push(`PostgreSQL ${database.spelt} is too old. Upgrade to PostgreSQL 14 or newer.`);
  if (database.schema === null)
    findings.push('No schema in search_path exists. Create one: create schema public');
  else if (!database.mayCreate) {
    findings.push(
      `The role "${database.role}" may not create tables. Run: grant create on schema "${database.schema}" to "${database.role}"`,
    );
  }
  return findings;
}

function describeFindings(findings: readonly string[]): string {
  const [first] = findings;
  const list =
    findings.length === 1 ? ` ${first}` : `\n${findings.map((finding) => `  - ${finding}`).join('\n')}`;
  return `Nothing was changed, because this database cannot be migrated as it is:${list}`;
}
