import type { QueryRunner } from 'typeorm';
import { adoptedFacts, currentName, isMoved, type Adoption } from './1763900000000-adoption.js';
import { isUnique, quote, spelt, type ColumnFacts, type TableFacts } from './1763900000000-catalogue.js';
import { error, warning, type Finding } from './1763900000000-finding.js';
import { idFindings } from './1763900000000-id-findings.js';
import { cascadeFindings, viewFindings } from './1763900000000-limits.js';
import { firingTriggers } from './1763900000000-own-triggers.js';
import { FAMILIES, modelVariable, TABLES, tableName } from './1763900000000-tables.js';

/** Reasons why this table cannot be used as it is, each with a remedy. */
export async function tableFindings(
  queryRunner: QueryRunner,
  adoption: Adoption,
  users: TableFacts | undefined,
): Promise<Finding[]> {
  const table = adoptedFacts(adoption);
  const { source } = adoption;
  if (table.kind !== 'r') return [unusable(adoption)];
  const foreign = await accessFindings(queryRunner, source);
  if (foreign.length > 0) return foreign;
  const findings = columnFindings(adoption, table);
  const id = currentName(adoption, 'id');
  if (table.columns.has('id') && !(await isUnique(queryRunner, spelt(source), id))) {
    findings.push(
      error(
        `${source.name}.${id} is neither primary key nor unique`,
        `Run: alter table ${spelt(source)} add primary key (${quote(id)})`,
      ),
    );
  }
  findings.push(...(await idFindings(queryRunner, adoption, table)));
  if (adoption.table !== 'users') {
    findings.push(...referenceFindings(adoption.table, table, users));
    findings.push(...(await cascadeFindings(queryRunner, adoption)));
  }
  findings.push(
    ...(await securityFindings(queryRunner, adoption)),
    ...(await triggerFindings(queryRunner, adoption)),
    ...viewFindings(adoption),
  );
  return findings;
}

function unusable({ table, source }: Adoption): Finding {
  const variable = modelVariable(table);
  const kind = KINDS[source.kind] ?? 'not a plain table';
  if (variable)
    return error(`${source.name} is ${kind}`, `Give our table another name: ${variable}=auth_${table}`);
  return error(
    `${source.name} is ${kind}`,
    source.kind === 'v'
      ? 'Rename the view, and name the table that it reads: LEGACY_USERS_TABLE=<name>'
      : `Replace it with a plain table: create table users_plain (like ${source.name} including all), copy the rows, swap the names`,
  );
}

const KINDS: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
  p: 'a partitioned table',
};

/** Our columns must hold at least this many characters. */
const NEEDED: Readonly<Record<string, number>> = {
  'users.id': 32,
  'users.email': 254,
  'users.name': 255,
  'sessions.id': 32,
  'sessions.token': 32,
  'accounts.id': 32,
  'accounts.password': 255,
  'accounts.provider_user_id': 255,
  'verifications.id': 32,
  'verifications.identifier': 255,
};

function columnFindings(adoption: Adoption, { columns }: TableFacts): Finding[] {
  const { table: ours, source, prefixed } = adoption;
  const { name } = source;
  const findings: Finding[] = [];
  const variable = modelVariable(ours);
  for (const definition of TABLES[ours] ?? []) {
    const column = columns.get(prefixed.get(definition.name) ?? definition.name);
    if (!column) {
      if (definition.essential) findings.push(missingColumn(ours, name, definition.name));
      continue;
    }
    const needed = NEEDED[`${ours}.${definition.name}`] ?? 0;
    if (column.maxLength !== null && column.maxLength < needed && !isPlainUuidText(column)) {
      const current = currentName(adoption, column.name);
      const remedy = `Run: alter table ${spelt(source)} alter ${quote(current)} type varchar(${needed})`;
      const message = `${name}.${current} is ${column.type}, which is too short for ${needed} characters`;
      findings.push(
        ours === 'users' && definition.name !== 'id' ? warning(message, remedy) : error(message, remedy),
      );
    }
    if (definition.name === 'id' || definition.name === 'user_id') continue;
    if (FAMILIES[definition.family].includes(column.typeName) && !column.generated) continue;
    findings.push(
      error(
        column.generated
          ? `${name}.${column.name} is a generated column, so nobody can write it`
          : `${name}.${column.name} is ${column.type}, but ${definition.type} is needed`,
        variable
          ? `Give our table another name: ${variable}=auth_${ours}`
          : `Rename the column or change its type, or name another one in LEGACY_${definition.name.toUpperCase()}_COLUMN`,
      ),
    );
  }
  return findings;
}

/** A text column for exactly 36 characters holds UUIDs. New ids in it are UUIDs too. */
const isPlainUuidText = ({ name, maxLength }: ColumnFacts) => name === 'id' && maxLength === 36;

function missingColumn(ours: string, name: string, column: string): Finding {
  const variable = modelVariable(ours);
  return variable
    ? error(
        `${name} has no column ${column}, so it seems to belong to another application`,
        `Give our table another name: ${variable}=auth_${ours}`,
      )
    : error(
        `${name} has no column ${column}`,
        `If another column holds it: LEGACY_${column.toUpperCase()}_COLUMN=<name>. ` +
          `If another table holds the users: LEGACY_USERS_TABLE=<name>. Otherwise add the column`,
      );
}

function referenceFindings(
  ours: string,
  { name, columns }: TableFacts,
  users: TableFacts | undefined,
): Finding[] {
  const userId = columns.get('user_id');
  const expected = users?.columns.get('id')?.type ?? 'character varying(255)';
  if (!userId || userId.type === expected || !TABLES[ours]?.some((column) => column.name === 'user_id'))
    return [];
  return [
    error(
      `${name}.user_id is ${userId.type}, but users.id is ${expected}`,
      `Give both the same type, or give our table another name: ${modelVariable(ours)}=auth_${ours}`,
    ),
  ];
}

async function accessFindings(queryRunner: QueryRunner, source: TableFacts): Promise<Finding[]> {
  const [owner] = (await queryRunner.query(
    `select pg_get_userbyid(relowner) as name from pg_class
     where oid = to_regclass($1) and not pg_has_role(current_user, relowner, 'usage')`,
    [spelt(source)],
  )) as { name: string }[];
  return owner
    ? [error(`${source.name} belongs to the role "${owner.name}"`, 'Run the migrations as that role')]
    : [];
}

/** Row-level security may hide rows from this role, and a view without `security_invoker` would show them to everybody. */
async function securityFindings(queryRunner: QueryRunner, adoption: Adoption): Promise<Finding[]> {
  const table = spelt(adoption.source);
  const [row] = (await queryRunner.query(
    `select relrowsecurity as enabled, row_security_active(oid) as hides,
            current_setting('server_version_num')::integer < 150000 as old
     from pg_class where oid = to_regclass($1)`,
    [table],
  )) as { enabled: boolean; hides: boolean; old: boolean }[];
  if (!row?.enabled) return [];
  if (row.hides) {
    return [
      error(
        `Row-level security on ${table} hides rows from this role`,
        `During the migrations, run: alter table ${table} no force row level security. Or migrate as a role with BYPASSRLS`,
      ),
    ];
  }
  const shown = adoption.prefixed.size > 0 || tableName(adoption.table) !== adoption.table;
  const replaced = isMoved(adoption) || adoption.renamed.length > 0 || shown;
  if (replaced && row.old) {
    return [
      error(
        `${table} has row-level security, and a view shows its rows. Before PostgreSQL 15 such a view shows every row`,
        `Upgrade PostgreSQL, or run: alter table ${table} disable row level security`,
      ),
    ];
  }
  return [
    warning(
      `${table} has row-level security`,
      'The role that serves must own the table, have BYPASSRLS, or have a policy that shows it every row.',
    ),
  ];
}

/** The application's own triggers would run for every row that a backfill updates. */
async function triggerFindings(queryRunner: QueryRunner, adoption: Adoption): Promise<Finding[]> {
  const table = spelt(adoption.source);
  const names = await firingTriggers(queryRunner, table);
  const [row] = (await queryRunner.query(`select exists (select 1 from ${table}) as "hasRows"`)) as {
    hasRows: boolean;
  }[];
  if (names.length === 0 || !row?.hasRows) return [];
  const message = `${table} has triggers of its own, which would run for every row: ${names.join(', ')}`;
  const choice = process.env['LEGACY_TRIGGERS'];
  if (choice === 'fire') return [warning(message, 'They run during the backfill.')];
  if (choice === 'suspend')
    return [warning(message, 'They are switched off during each batch, so other writes wait for it.')];
  return [
    error(
      message,
      'Let them run: LEGACY_TRIGGERS=fire. Or switch them off during each batch: LEGACY_TRIGGERS=suspend',
    ),
  ];
}
