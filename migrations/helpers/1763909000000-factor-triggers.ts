import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { physicalTable } from './1763900000000-moved-tables.js';
import { enabledColumn } from './1763900000000-second-factors.js';
import { createTrigger, event, type AuditTrigger } from './1763909000000-audit-triggers.js';

/** A table of a plugin, by the plugin's own names. */
export interface NamedTable {
  /** The plugin's name of the table. */
  readonly model: string;
  readonly name: string;
  readonly columns: readonly { readonly field: string; readonly name: string }[];
}

interface Rule {
  /** The name of the trigger function. */
  readonly name: string;
  /** The first part of the event, such as `factor` of `factor.added`. */
  readonly thing: string;
  /** The field with the id of the owner. */
  readonly owner: string;
  /** An update of one of these fields is an event. Others, such as counters, change with each use. */
  readonly matters: readonly string[];
  /** SQL of details, without the columns of the row. */
  readonly details: (row: string) => string;
}

/** The rows of plugins that the audit trail reports, by the plugin's name of the table. */
const RULES: Readonly<Record<string, Rule>> = {
  twoFactor: {
    name: 'audit_two_factors',
    thing: 'factor',
    owner: 'userId',
    matters: ['secret', 'backupCodes', 'verified'],
    details: () => `jsonb_build_object('kind', 'two-factor')`,
  },
  passkey: {
    name: 'audit_passkeys',
    thing: 'factor',
    owner: 'userId',
    matters: ['publicKey', 'credentialID', 'userId'],
    details: (row) => `jsonb_build_object('kind', 'passkey', 'passkey', ${row}.id::text)`,
  },
  apikey: {
    name: 'audit_api_keys',
    thing: 'api_key',
    owner: 'referenceId',
    matters: ['key', 'enabled', 'expiresAt', 'permissions', 'referenceId'],
    details: (row) => `jsonb_build_object('key', ${row}.id::text)`,
  },
};

/**
 * The migration of a plugin's tables may run before the one that creates the audit trail, and outlive it. Without the audit
 * trail these triggers do nothing.
 */
const ONLY_WITH_TRAIL = `
  if to_regprocedure('gatehouse.audit(text, text, text, jsonb, text, text)') is null then return null; end if;`;

/** Creates the triggers that report who adds, changes or removes a second factor, a passkey or an API key. */
export async function createFactorTriggers(
  queryRunner: QueryRunner,
  migration: string,
  tables: readonly NamedTable[],
): Promise<void> {
  for (const table of tables) {
    const rule = RULES[table.model];
    if (!rule) continue;
    await createTrigger(queryRunner, migration, triggerOf(rule, table));
    if (table.model === 'twoFactor') await createSwitchTrigger(queryRunner, migration);
  }
}

function triggerOf(
  { name, thing, owner, matters, details }: Rule,
  { name: table, columns }: NamedTable,
): AuditTrigger {
  const column = (field: string) => columns.find((each) => each.field === field)?.name;
  const subject = (row: string) => `${row}.${quote(column(owner) ?? owner)}::text`;
  const changed = matters.flatMap((field) => column(field) ?? []).map(quote);
  return {
    table,
    name,
    relation: quote(table),
    update: changed.map((each) => `new.${each} is distinct from old.${each}`).join(' or '),
    body: `
      ${ONLY_WITH_TRAIL}
      if tg_op = 'INSERT' then
        ${event(`${thing}.added`, `${subject('new')}, null, ${details('new')}`)}
      elsif tg_op = 'DELETE' then
        ${event(`${thing}.removed`, `${subject('old')}, null, ${details('old')}`)}
      else
        ${event(`${thing}.changed`, `${subject('new')}, null, ${details('new')}`)}
      end if;`,
  };
}

/** A sign-in asks for the second factor only while this column of the user is true. */
async function createSwitchTrigger(queryRunner: QueryRunner, migration: string): Promise<void> {
  const { relation, columnOf } = await physicalTable(queryRunner, 'users');
  const enabled = quote(columnOf(enabledColumn()));
  await createTrigger(queryRunner, migration, {
    table: 'users',
    name: 'audit_second_factor',
    relation,
    inserts: false,
    update: `coalesce(new.${enabled}, false) <> coalesce(old.${enabled}, false)`,
    body: `
      ${ONLY_WITH_TRAIL}
      perform gatehouse.audit(case when new.${enabled} then 'factor.enabled' else 'factor.disabled' end,
        new.${quote(columnOf('id'))}::text, null, jsonb_build_object('kind', 'two-factor'));`,
  });
}
