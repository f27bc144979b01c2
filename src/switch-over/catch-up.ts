import pg from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { readTables, withMarkers, type Tables } from '../database/tables.js';
import { insertAccounts } from '../legacy/credential-accounts.js';
import { DUAL_WRITE } from '../legacy/dual-write.js';
import { isKeptOutSql, noteEmailConflicts, readExpectedValues } from '../legacy/expected-values.js';
import { roughAddress } from '../users/address.sql.js';
import { readLegacyColumns } from '../legacy/legacy-columns.js';
import { isUsableHash, legacyPassword, type LegacyPassword, storedHash } from '../legacy/password-formats.js';
import { sparingTriggers } from '../legacy/own-triggers.js';
import { inShortTransaction } from '../legacy/short-transaction.js';
import { readIdType } from '../legacy/table-columns.js';
import { textExpressions } from '../legacy/text-expressions.js';
import { updateUsers } from '../legacy/update-users.js';
import { wrapsWeakHashes, wrapWeakHashes } from '../legacy/wrap-weak-hashes.js';
import { passwordDiffers, writtenBack } from '../legacy/write-back.js';
import type { Mode } from './mode.js';

/**
 * Copies the rows that the triggers could not copy, and writes back passwords that differ. Deletes e-mail conflicts that
 * no longer exist. Wraps weak hashes if `wrapWeak` is true or if the migrations did.
 */
export async function catchUp(
  dataSource: DataSource,
  mode: Mode,
  { wrapWeak = false }: { readonly wrapWeak?: boolean } = {},
): Promise<void> {
  const columns = await readLegacyColumns(dataSource);
  const password = legacyPassword(columns, 'u');
  await withRunner(dataSource, async (runner, tables) => {
    await inShortTransaction(runner, 'catch up with e-mails', () =>
      sparingTriggers(runner, () => catchUpEmails(runner)),
    );
    if (mode !== 'gatehouse') {
      await inShortTransaction(runner, 'catch up with users', () =>
        sparingTriggers(runner, () => catchUpUsers(runner, tables, password)),
      );
    }
    if (mode !== 'legacy' && password) await writeBack(runner, password);
    if (wrapWeak || (await wrapsWeakHashes(runner))) await wrapWeakHashes(runner);
    await runner.query(`delete from gatehouse.quarantine where backfill = '${DUAL_WRITE}'`);
  });
}

/** Writes back all passwords that differ, also those changed in the mode `legacy`, in which triggers write none back. */
export async function writeBackPasswords(dataSource: DataSource): Promise<void> {
  const password = legacyPassword(await readLegacyColumns(dataSource), 'u');
  if (password) await withRunner(dataSource, (runner) => writeBack(runner, password));
}

async function withRunner(
  dataSource: DataSource,
  work: (runner: QueryRunner, tables: Tables) => Promise<void>,
): Promise<void> {
  const tables = await readTables(dataSource);
  const runner = withMarkers(dataSource.createQueryRunner(), tables);
  try {
    await work(runner, tables);
  } finally {
    await runner.release();
  }
}

async function catchUpEmails(runner: QueryRunner): Promise<void> {
  await runner.query(
    `delete from gatehouse.conflicts c where not exists (
       select 1 from {users} u where u.id::text = c.user_id and u.email::text = c.email
     ) or not exists (
       select 1 from {users} o where o.id::text <> c.user_id and (o.email = c.normalised_email
         or o.email::text <> ${roughAddress('o')} and ${roughAddress('o')} = c.normalised_email))`,
  );
  await noteEmailConflicts(runner);
  const { normalised } = await textExpressions(runner);
  const email = (await readExpectedValues(runner)).filter(({ column }) => column === 'email');
  await updateUsers(runner, {
    values: email,
    condition: `u.email::text <> ${normalised('u.email')}`,
    startedAt: new Date().toISOString(),
  });
}

async function catchUpUsers(
  runner: QueryRunner,
  tables: Tables,
  password: LegacyPassword | undefined,
): Promise<void> {
  const quarantined = `exists (
    select 1 from gatehouse.quarantine q where q.backfill = '${DUAL_WRITE}' and q.row_id = u.id::text)`;
  const values = await readExpectedValues(runner);
  const banned = `u.${pg.escapeIdentifier(tables.columnOf('users', 'banned'))}`;
  const concerned =
    values.length > 0 ? `(${quarantined} or ${isKeptOutSql('u')} and not ${banned})` : quarantined;
  await runner.query(`select from {table users} u where ${concerned} order by u.id for no key update`);
  await updateUsers(runner, { values, condition: concerned, startedAt: new Date().toISOString() });
  if (!password) return;
  const account = `a.provider_id = 'credential' and a.provider_user_id = u.id::text`;
  const usable = isUsableHash(password);
  await runner.query(
    `delete from {accounts} a using {table users} u where ${account} and ${quarantined} and not coalesce(${usable}, false)`,
  );
  await runner.query(
    insertAccounts({
      idType: await readIdType(runner, 'accounts'),
      userId: 'u.id',
      password: storedHash(password),
      createdAt: `u.${pg.escapeIdentifier(tables.columnOf('users', 'created_at'))}`,
      updatedAt: 'now()',
      rest: `from {table users} u
        where ${usable} and (${quarantined} or not exists (select 1 from {accounts} a where ${account}))
        on conflict (provider_id, provider_user_id) do update set password = excluded.password, updated_at = now()`,
    }),
  );
}

async function writeBack(runner: QueryRunner, legacy: LegacyPassword): Promise<void> {
  const column = legacy.hash.replace(/^u\./, '');
  await inShortTransaction(runner, 'write passwords back', () =>
    sparingTriggers(runner, () =>
      runner.query(
        `update {table users} u set ${column} = ${writtenBack('a.password', legacy.hash)} from {accounts} a
       where ${passwordDiffers(legacy)}`,
      ),
    ),
  );
}
