import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  adoptedFacts,
  adoptionFor,
  planAdoption,
  type Adoption,
  type AdoptionPlan,
} from './helpers/1763900000000-adoption.js';
import { spelt } from './helpers/1763900000000-catalogue.js';
import { MigrationFault } from './helpers/1763900000000-fault.js';
import { error, warning, type Finding } from './helpers/1763900000000-finding.js';
import { forecastSignIns, type Forecast } from './helpers/1763900000000-forecast.js';
import { chooseLegacyColumns } from './helpers/1763900000000-legacy-columns.js';
import { readLegacyUsers } from './helpers/1763900000000-legacy-users.js';
import { refusePlanted } from './helpers/1763900000000-planted.js';
import { say } from './helpers/1763900000000-progress.js';
import { rowFindings } from './helpers/1763900000000-row-findings.js';
import { tableFindings } from './helpers/1763900000000-table-findings.js';
import { countRows } from './helpers/1763900000000-users-table.js';

/**
 * Checks the database before anything changes. Stops with a list of everything that prevents the migrations. The plan
 * reads `findings` (what was found) and `forecast` (who will be able to sign in) afterwards.
 */
export class InspectLegacyTables1763900000000 implements MigrationInterface {
  name = 'InspectLegacyTables1763900000000';
  findings: readonly Finding[] = [];
  forecast: Forecast | undefined;

  async up(queryRunner: QueryRunner): Promise<void> {
    await refusePlanted(queryRunner);
    const found = await databaseFindings(queryRunner);
    const plan = await planAdoption(queryRunner);
    found.push(...plan.findings.map(asError));
    const users = adoptionFor(plan, 'users');
    for (const adoption of plan.adoptions)
      found.push(...(await tableFindings(queryRunner, adoption, users && adoptedFacts(users))));
    if (users?.source.kind === 'r') found.push(...(await this.inspectUsers(queryRunner, plan, users)));
    this.findings = found;
    const errors = found.filter(({ level }) => level === 'error');
    for (const finding of found.filter(({ level }) => level === 'warning'))
      say(`WARNING: ${describe(finding)}`);
    if (errors.length > 0) throw new MigrationFault(describeErrors(errors));
  }

  async down(): Promise<void> {}

  private async inspectUsers(
    queryRunner: QueryRunner,
    plan: AdoptionPlan,
    users: Adoption,
  ): Promise<Finding[]> {
    const found: Finding[] = chooseLegacyColumns(users).findings.map(asError);
    const legacy = await readLegacyUsers(queryRunner, users);
    if (!legacy) return found;
    const accounts = adoptionFor(plan, 'accounts');
    found.push(...(await rowFindings(queryRunner, legacy, accounts !== undefined)));
    for (const { schema, name, near } of plan.others) {
      const table = near ? name : `${schema}.${name}`;
      const rows = await countRows(queryRunner, schema, name);
      const message = `The table ${table} looks like users too and is not used (${rows})`;
      const first =
        users.source.name === 'users' ? `rename the table ${spelt(users.source)}, then set` : 'set';
      const remedy = `If it holds the users, ${first} LEGACY_USERS_TABLE=${table}`;
      const isAnswered = Boolean(process.env['LEGACY_USERS_TABLE']);
      found.push(
        legacy.rows === 0 && !rows.startsWith('0 ') && !isAnswered
          ? error(message, `${remedy}. If not: LEGACY_USERS_TABLE=${users.source.name}`)
          : warning(message, remedy),
      );
    }
    this.forecast = await forecastSignIns(queryRunner, legacy, accounts);
    return found;
  }
}

/** A sentence that says what is wrong and what to do. */
const asError = (sentence: string): Finding => error(sentence, '');

function describe({ message, remedy }: Finding): string {
  return remedy ? `${message}. ${remedy}${/[.)]$/.test(remedy) ? '' : '.'}` : message;
}

async function databaseFindings(queryRunner: QueryRunner): Promise<Finding[]> {
  const [database] = (await queryRunner.query(
    `select current_setting('server_version_num')::integer as version, current_setting('server_version') as spelt,
            current_schema() as schema, current_user as role, current_setting('search_path') as path,
            coalesce(has_schema_privilege(current_schema(), 'create'), false) as "mayCreate", current_database() as name,
            (select pg_get_userbyid(nspowner) from pg_namespace
             where nspname = 'gatehouse' and not pg_has_role(current_user, nspowner, 'usage')) as "ownerOfOurs",
            to_regnamespace('gatehouse') is not null
              or has_database_privilege(current_database(), 'create') as "mayCreateSchema"`,
  )) as {
    version: number;
    spelt: string;
    schema: string | null;
    role: string;
    path: string;
    mayCreate: boolean;
    name: string;
    mayCreateSchema: boolean;
    ownerOfOurs: string | null;
  }[];
  if (!database) return [];
  const findings: Finding[] = [];
  if (database.version < 140_000)
    findings.push(error(`PostgreSQL ${database.spelt} is too old`, 'Upgrade to PostgreSQL 14 or newer'));
  if (database.schema === null)
    findings.push(error('No schema in search_path exists', 'Run: create schema public'));
  else if (!database.mayCreate) {
    findings.push(
      error(
        `The role "${database.role}" may not create tables`,
        `Run: grant create on schema "${database.schema}" to "${database.role}"`,
      ),
    );
  }
  if (database.role === 'gatehouse' && database.path.includes('$user')) {
    findings.push(
      error(
        'The role has the name of our schema gatehouse, so PostgreSQL would look for every table there first',
        'Run: alter role gatehouse set search_path to public',
      ),
    );
  }
  if (database.ownerOfOurs !== null) {
    // At once, because the other questions use what is stored there.
    throw new MigrationFault(
      `The schema gatehouse belongs to the role "${database.ownerOfOurs}", who could change what runs in it. ` +
        'Migrate as that role, or drop the schema.',
    );
  }
  if (!database.mayCreateSchema) {
    findings.push(
      error(
        `The role "${database.role}" may not create the schema gatehouse`,
        `Run: grant create on database "${database.name}" to "${database.role}"`,
      ),
    );
  }
  return findings;
}

function describeErrors(errors: readonly Finding[]): string {
  const [first] = errors;
  const list =
    errors.length === 1 && first
      ? ` ${describe(first)}`
      : `\n${errors.map((finding) => `  - ${describe(finding)}`).join('\n')}`;
  return `Nothing was changed, because this database cannot be migrated as it is:${list}`;
}
