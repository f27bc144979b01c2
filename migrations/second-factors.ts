import type { MigrationInterface, QueryRunner } from 'typeorm';
import { takeBack, type MigrationClass } from './configured-columns.js';
import { literal, quote } from './helpers/1763900000000-catalogue.js';
import { MigrationFault } from './helpers/1763900000000-fault.js';
import { describeRows } from './helpers/1763900000000-legacy-users.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo } from './helpers/1763900000000-undo-journal.js';
import type { PluginTable } from './plugin-tables.js';
import {
  FACTORS_AT_ONCE,
  readFactors,
  readFactorSources,
  readFactorUsers,
  type FactorSource,
  type FactorUsers,
  type StoredFactor,
} from './second-factor-sources.js';

/** How secrets of the old application are read, and what the plugin `two-factor` stores. */
export interface CarriedFactors {
  /** The plugin's table. */
  readonly table: PluginTable;
  /** The column of `users` that says that sign-ins ask for the second factor. */
  readonly enabledColumn: string;
  /** The column with the secrets. If undefined, the migration looks for one. */
  readonly secretColumn: string | undefined;
  /** Makes the id of a row. */
  readonly newId: () => string;
  /**
   * @param format what is usual for the place where the secret was found.
   * @returns the secret in base32; undefined if it cannot be read.
   */
  readonly read: (
    stored: string,
    row: Readonly<Record<string, unknown>>,
    format: 'base32' | 'hex',
  ) => Promise<string | undefined>;
  /** The values to store for a secret in base32. */
  readonly seal: (secret: string) => { readonly secret: string; readonly backupCodes: string };
}

/** Sorts directly after the migration of the plugins' tables. */
const NAME = 'CarryOverSecondFactors1763901300003';
/** Begins the ids of the rows that this migration adds. */
const MARK = 'carried-';

/** Lets the plugin `two-factor` ask for the second factors of the old application. */
export function secondFactorsMigration(factors: CarriedFactors): MigrationClass {
  return migrationFor(factors);
}

/** The class of the applied migration, because the setting may have been removed since. */
export function appliedSecondFactors(name: string): MigrationClass | undefined {
  return name === NAME ? migrationFor(undefined) : undefined;
}

function migrationFor(factors: CarriedFactors | undefined): MigrationClass {
  const migration = class implements MigrationInterface {
    name = NAME;

    async up(queryRunner: QueryRunner): Promise<void> {
      if (!factors) return;
      await recordUndo(queryRunner, {
        migration: NAME,
        kind: 'statement',
        relation: factors.table.name,
        statement: removal(factors.table.name),
      });
      await carrySecondFactors(queryRunner, factors);
    }

    async down(queryRunner: QueryRunner): Promise<void> {
      await takeBack(queryRunner, NAME);
    }
  };
  Object.defineProperty(migration, 'name', { value: NAME });
  return migration;
}

/** The table may be gone already, if this migration has stopped and those before it are reverted. */
const removal = (table: string): string =>
  `do $$ begin
     if to_regclass(${literal(quote(table))}) is not null then
       delete from ${quote(table)} where id like '${MARK}%';
     end if;
   end $$`;

/**
 * Makes sign-ins ask for the second factors that are new since the last time.
 * @throws {MigrationFault} if a secret cannot be read. No second factor has been carried over then.
 */
export async function carrySecondFactors(queryRunner: QueryRunner, factors: CarriedFactors): Promise<void> {
  const users = await readFactorUsers(queryRunner, factors);
  const sources = await readFactorSources(queryRunner, users);
  await requireReadable(queryRunner, users, sources, factors);
  // The flags come first: until the secret is there, a code is mailed.
  await askForFactors(queryRunner, users, sources);
  for (const source of sources) await carryOver(queryRunner, users, source, factors);
}

async function eachBatch(
  queryRunner: QueryRunner,
  users: FactorUsers,
  source: FactorSource,
  work: (batch: readonly StoredFactor[]) => Promise<void>,
): Promise<void> {
  for (let last: string | undefined; ;) {
    const batch = await readFactors(queryRunner, users, source, last);
    if (batch.length === 0) return;
    await work(batch);
    last = batch.at(-1)?.id;
  }
}

async function requireReadable(
  queryRunner: QueryRunner,
  users: FactorUsers,
  sources: readonly FactorSource[],
  { read }: CarriedFactors,
): Promise<void> {
  const unreadable: string[] = [];
  for (const source of sources)
    await eachBatch(queryRunner, users, source, async (batch) => {
      for (const { id, secret, row } of batch)
        if ((await read(secret, row, source.format)) === undefined) unreadable.push(id);
    });
  if (unreadable.length === 0) return;
  const shown = unreadable.slice(0, 5).map((example) => ({ example, total: unreadable.length }));
  throw new MigrationFault(
    `The secrets of authenticator apps cannot be read for ${describeRows(shown)}. Say what they are: ` +
      'LEGACY_TOTP_FORMAT=base32, hex, laravel with LEGACY_TOTP_KEY, or the path of a module that reads them. ' +
      'To let these users sign in with their password alone: LEGACY_SECOND_FACTOR=ignore',
  );
}

/** Users without a secret that could be read are asked for a mailed code. */
async function askForFactors(
  queryRunner: QueryRunner,
  { relation, id, enabled, isFlagged }: FactorUsers,
  sources: readonly FactorSource[],
): Promise<void> {
  const conditions = [
    ...(isFlagged ? [isFlagged] : []),
    ...sources.map(({ table, user, isOn }) =>
      table ? `exists (select 1 from ${table} s where ${user}::text = ${id}::text and ${isOn})` : isOn,
    ),
  ];
  if (conditions.length === 0) return;
  for (let count = FACTORS_AT_ONCE; count === FACTORS_AT_ONCE;)
    count = await inTransaction(queryRunner, 'ask for second factors', async () => {
      const changed = (await queryRunner.query(
        `with wanted as (
           select ${id} as id from ${relation} u
           where (${conditions.join(' or ')}) and u.${enabled} is distinct from true limit ${FACTORS_AT_ONCE}
         ), changed as (
           update ${relation} u set ${enabled} = true from wanted where ${id} = wanted.id returning 1
         ) select count(*)::integer as count from changed`,
      )) as { count: number }[];
      return changed[0]?.count ?? 0;
    });
}

async function carryOver(
  queryRunner: QueryRunner,
  users: FactorUsers,
  source: FactorSource,
  { table, newId, read, seal }: CarriedFactors,
): Promise<void> {
  const column = (field: string) => quote(table.columns.find((each) => each.field === field)?.name ?? field);
  const owner = column('userId');
  const columns = ['id', column('secret'), column('backupCodes'), column('verified'), owner].join(', ');
  await eachBatch(queryRunner, users, source, async (batch) => {
    await inTransaction(queryRunner, 'carry second factors over', async () => {
      for (const { id, secret: stored, row } of batch) {
        const secret = await read(stored, row, source.format);
        if (secret === undefined) continue;
        const sealed = seal(secret);
        await queryRunner.query(
          `insert into ${quote(table.name)} (${columns})
           select $1, $2, $3, true, ${users.id} from ${users.relation} u
           where ${users.id} = $4::${users.idType}
             and not exists (select 1 from ${quote(table.name)} t where t.${owner} = ${users.id})`,
          [MARK + newId(), sealed.secret, sealed.backupCodes, id],
        );
      }
    });
  });
}
