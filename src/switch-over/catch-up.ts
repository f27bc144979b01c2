import type { DataSource, QueryRunner } from 'typeorm';
import { insertAccounts } from '../legacy/credential-accounts.js';
import { DUAL_WRITE } from '../legacy/dual-write.js';
import { noteEmailConflicts } from '../legacy/email-conflicts.js';
import { readLegacyColumns } from '../legacy/legacy-columns.js';
import { isUsableHash } from '../legacy/password-formats.js';
import { inShortTransaction } from '../legacy/short-transaction.js';
import { readIdType } from '../legacy/table-columns.js';
import { textExpressions } from '../legacy/text-expressions.js';
import { updateUsers } from '../legacy/update-users.js';
import { userValues } from '../legacy/user-values.js';
import { passwordDiffers, writtenBack } from '../legacy/write-back.js';
import type { Mode } from './mode.js';

/**
 * Copies the rows that the triggers could not copy, and writes back passwords that differ. Deletes e-mail conflicts that
 * no longer exist.
 */
export async function catchUp(dataSource: DataSource, mode: Mode): Promise<void> {
  const { password, active } = await readLegacyColumns(dataSource);
  await withRunner(dataSource, async (runner) => {
    await inShortTransaction(runner, 'catch up with e-mails', () => catchUpEmails(runner));
    if (mode !== 'gatehouse') {
      await inShortTransaction(runner, 'catch up with users', () => catchUpUsers(runner, password, active));
    }
    if (mode !== 'legacy' && password) await writeBack(runner, password);
    await runner.query(`delete from gatehouse.quarantine where backfill = '${DUAL_WRITE}'`);
  });
}

/** Writes back all passwords that differ, also those changed here in the mode `legacy`, which writes none back. */
export async function writeBackPasswords(dataSource: DataSource): Promise<void> {
  const { password } = await readLegacyColumns(dataSource);
  if (password) await withRunner(dataSource, (runner) => writeBack(runner, password));
}

async function withRunner(
  dataSource: DataSource,
  work: (runner: QueryRunner) => Promise<void>,
): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await work(runner);
  } finally {
    await runner.release();
  }
}

async function catchUpEmails(runner: QueryRunner): Promise<void> {
  await runner.query(
    `delete from gatehouse.conflicts c where not exists (
       select 1 from users u where u.id::text = c.user_id and u.email::text = c.email
     ) or not exists (
       select 1 from users o where o.id::text <> c.user_id and (o.email = c.normalised_email
         or o.email <> lower(btrim(o.email)) and lower(btrim(o.email)) = c.normalised_email))`,
  );
  await noteEmailConflicts(runner);
  const { normalised } = await textExpressions(runner);
  const email = (await userValues(runner)).filter(({ column }) => column === 'email');
  await updateUsers(runner, { values: email, condition: `u.email::text <> ${normalised('u.email')}` });
}

async function catchUpUsers(
  runner: QueryRunner,
  password: string | undefined,
  active: string | undefined,
): Promise<void> {
  const quarantined = `exists (
    select 1 from gatehouse.quarantine q where q.backfill = '${DUAL_WRITE}' and q.row_id = u.id::text)`;
  const inactive = active ? `u.${active} is false and not u.banned` : 'false';
  const values = await userValues(runner);
  const concerned = `(${quarantined} or ${inactive})`;
  await runner.query(`select from users u where ${concerned} order by u.id for no key update`);
  await updateUsers(runner, { values, condition: concerned, startedAt: new Date().toISOString() });
  if (!password) return;
  const account = `a.provider_id = 'credential' and a.provider_user_id = u.id::text`;
  const usable = isUsableHash(`u.${password}`);
  await runner.query(
    `delete from accounts a using users u where ${account} and ${quarantined} and not coalesce(${usable}, false)`,
  );
  await runner.query(
    insertAccounts({
      idType: await readIdType(runner, 'accounts'),
      userId: 'u.id',
      password: `u.${password}`,
      createdAt: 'u.created_at',
      updatedAt: 'now()',
      rest: `from users u
        where ${usable} and (${quarantined} or not exists (select 1 from accounts a where ${account}))
        on conflict (provider_id, provider_user_id) do update set password = excluded.password, updated_at = now()`,
    }),
  );
}

async function writeBack(runner: QueryRunner, column: string): Promise<void> {
  await inShortTransaction(runner, 'write passwords back', () =>
    runner.query(
      `update users u set ${column} = ${writtenBack('a.password', `u.${column}`)} from accounts a
       where ${passwordDiffers(column)}`,
    ),
  );
}
