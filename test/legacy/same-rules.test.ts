import { textExpressions as frozenTextExpressions } from '../../migrations/helpers/1763900000000-text.js';
import * as frozenAccounts from '../../migrations/helpers/1763900850000-credential-account.js';
import { DUAL_WRITE as FROZEN_DUAL_WRITE } from '../../migrations/helpers/1763900850000-dual-write.js';
import { noteEmailConflicts as frozenNoteEmailConflicts } from '../../migrations/helpers/1763900850000-email-conflicts.js';
import { updateRows as frozenUpdateRows } from '../../migrations/helpers/1763900900000-update-rows.js';
import { userValues } from '../../migrations/helpers/1763900850000-user-values.js';
import * as frozenWriteBack from '../../migrations/helpers/1763903000000-write-back.js';
import { LEGACY_SCHEMA as FROZEN_LEGACY_SCHEMA } from '../../migrations/helpers/1763900150000-legacy-view.js';
import type { QueryRunner } from 'typeorm';
import { insertAccounts } from '../../src/legacy/credential-accounts.js';
import { DUAL_WRITE, LEGACY_SCHEMA } from '../../src/legacy/dual-write.js';
import { noteEmailConflicts, readExpectedValues } from '../../src/legacy/expected-values.js';
import { textExpressions } from '../../src/legacy/text-expressions.js';
import { updateUsers } from '../../src/legacy/update-users.js';
import { lowerCaseAddress } from '../../src/network/lower-case-address.js';
import { NO_PASSWORD, writtenBack } from '../../src/legacy/write-back.js';
import { fastapi, migrate, VERSIONS, withDataSource } from '../migrations/support.js';
import type { TestDatabase } from '../setup/database.js';

/** These tests fail if the rules of the server differ from those of the migrations, which never change. */
const STARTED_AT = '2024-06-01T12:00:00Z';

/** Runs `work` in a transaction and rolls it back. */
function rolledBack<Result>(
  database: TestDatabase,
  work: (runner: QueryRunner) => Promise<Result>,
): Promise<Result> {
  // Only a superuser may switch all triggers off.
  return withDataSource(database.superuserUrl, async (dataSource) => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    // Switch triggers off, because they would correct the changes of this test.
    await runner.query(`set local session_replication_role to replica; set local timezone to 'UTC'`);
    try {
      return await work(runner);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  });
}

const rowsOf = (runner: QueryRunner, table: string): Promise<unknown[]> =>
  runner.query(`select * from ${table} t order by t::text collate "C"`) as Promise<unknown[]>;

/** Makes the users look as before the backfill: our columns are empty, and e-mails are in upper and lower case. */
const UNDO_BACKFILL = `
  alter table users alter name drop not null, alter banned drop not null, alter is_email_verified drop not null,
    alter created_at drop not null, alter updated_at drop not null;
  delete from gatehouse.conflicts; delete from gatehouse.original_values; delete from accounts;
  update users set name = null, image = null, email_verified = null, is_email_verified = null, banned = null, ban_reason = null,
    email = case when username = 'user3' then 'USER0004@example.com' when username ~ '[13579]$' then upper(email) else email end,
    created_at = case when username ~ '7$' then null else created_at end,
    updated_at = case when username ~ '77$' then null else updated_at end`;

describe.each(VERSIONS)('on PostgreSQL %i, server and migrations agree', (version) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await fastapi(version);
    await migrate(database);
  });
  afterAll(() => database.drop());

  test('on the values of all columns of all users', async () => {
    const [ours, frozen] = await rolledBack(database, async (runner) => {
      await runner.query(UNDO_BACKFILL);
      const expected = await readExpectedValues(runner);
      const values = await userValues(runner);
      expect(expected.map(({ column, legacy, text }) => [column, legacy, text]).toSorted()).toEqual(
        values.map(({ column, legacy, text }) => [column, legacy, text]).toSorted(),
      );
      const select = (list: readonly (readonly [column: string, expression: string])[]) =>
        runner.query(
          `select ${list.map(([column, expression]) => `${expression} as ${column}`).join(', ')} from users u order by u.id`,
          [STARTED_AT],
        ) as Promise<object[]>;
      return [
        await select(expected.map(({ column, expression }) => [column, expression('u')])),
        await select(values.map(({ column, expression }) => [column, expression])),
      ];
    });
    expect(ours).toHaveLength(1200);
    expect(ours).toEqual(frozen);
  });

  test('on e-mail conflicts, updated rows and saved old values', async () => {
    const result = (
      note: (runner: QueryRunner) => Promise<void>,
      update: (runner: QueryRunner) => Promise<void>,
    ) =>
      rolledBack(database, async (runner) => {
        await runner.query(UNDO_BACKFILL);
        await note(runner);
        await update(runner);
        const tables = ['gatehouse.conflicts', 'gatehouse.original_values', 'users'];
        return Promise.all(tables.map((table) => rowsOf(runner, table)));
      });
    const ours = await result(noteEmailConflicts, async (runner) =>
      updateUsers(runner, {
        values: await readExpectedValues(runner),
        condition: 'true',
        startedAt: STARTED_AT,
      }),
    );
    const frozen = await result(frozenNoteEmailConflicts, async (runner) =>
      frozenUpdateRows(runner, {
        relation: 'users',
        values: await userValues(runner),
        range: () => 'true',
        startedAt: STARTED_AT,
      }),
    );
    expect(ours[0]?.length).toBeGreaterThan(2);
    expect(ours[1]?.length).toBeGreaterThan(500);
    expect(ours).toEqual(frozen);
  });

  test.each([
    ['text ids', 'varchar(255)'],
    ['numeric ids', 'bigint'],
  ])('on the accounts made from legacy passwords, with %s', async (_what, idType) => {
    const result = (insert: typeof insertAccounts) =>
      rolledBack(database, async (runner) => {
        await runner.query(UNDO_BACKFILL);
        if (idType === 'bigint')
          await runner.query(`alter table accounts drop column id; alter table accounts add id bigserial`);
        await runner.query(
          insert({
            idType,
            userId: 'u.id',
            password: 'u.hashed_password',
            createdAt: `timestamptz '${STARTED_AT}'`,
            updatedAt: `timestamptz '${STARTED_AT}'`,
            rest: 'from users u where u.hashed_password is not null order by u.id',
          }),
        );
        return [await rowsOf(runner, 'accounts'), await rowsOf(runner, 'gatehouse.original_values')];
      });
    const ours = await result(insertAccounts);
    expect(ours[0]?.length).toBeGreaterThan(1000);
    expect(ours).toEqual(await result(frozenAccounts.insertAccounts));
  });

  test('on the password that is written back', async () => {
    const select = (rule: typeof writtenBack) =>
      database.query(
        `select ${rule('u.hashed_password', 'o.hashed_password')} as given
         from users u, (values (null), ('old')) as o (hashed_password) order by u.id, o.hashed_password`,
      );
    expect(await select(writtenBack)).toEqual(await select(frozenWriteBack.writtenBack));
    expect([NO_PASSWORD, DUAL_WRITE, LEGACY_SCHEMA]).toEqual([
      frozenAccounts.NO_PASSWORD,
      FROZEN_DUAL_WRITE,
      FROZEN_LEGACY_SCHEMA,
    ]);
  });

  test('with JavaScript on white space and lower case', async () => {
    const texts = [
      ' A@B ',
      '\u00a0\ufeffTab\t\n',
      '\u3000ÄÖ\u2028',
      'I',
      '  ',
      '',
      '\u180eMongolian',
      '\u200bX',
      '\u212aate',
      'İ',
    ];
    const trimmed = (text: string) => text.replaceAll(/^[\s\u200b]+|[\s\u200b]+$/g, '');
    const expressions = [await textExpressions(database), await frozenTextExpressions(database)];
    for (const { normalised, presence } of expressions) {
      const rows = await database.query<{ normal: string; present: string | null }>(
        `select ${normalised('t')} as normal, ${presence('t')} as present
         from unnest($1::text[]) with ordinality as x (t, n) order by n`,
        [texts],
      );
      expect(rows).toEqual(
        texts.map((text) => ({
          normal: lowerCaseAddress(trimmed(text)),
          present: trimmed(text) === '' ? null : text,
        })),
      );
    }
  });
});
