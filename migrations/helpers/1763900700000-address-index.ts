import type { QueryRunner } from 'typeorm';
import { concurrently } from './1763900000000-build-index.js';
import { isUnique } from './1763900000000-catalogue.js';
import { readChoices } from './1763900000000-choices.js';
import { ensureIndex } from './1763900000000-indexes.js';
import { textExpressions } from './1763900000000-text.js';
import { recordUndo } from './1763900000000-undo-journal.js';

const UNIQUE = 'users_email_key';
/** Stands in for the unique index while several users have the same e-mail. */
const PLAIN = 'users_email_lookup_idx';

/**
 * Builds the unique index on e-mails. If several users have the same e-mail, builds a plain index instead, with which the
 * triggers look up e-mails until the backfill has given all but one of these users another e-mail.
 */
export async function ensureAddressIndex(queryRunner: QueryRunner, migration: string): Promise<void> {
  const condition = await leftOut(queryRunner);
  const shared = (await queryRunner.query(
    `select 1 from users ${condition} group by email::text having count(*) > 1 and email::text is not null limit 1`,
  )) as unknown[];
  if (shared.length > 0)
    await ensureIndex(queryRunner, migration, { name: PLAIN, table: 'users', on: '(email)' });
  else await ensureUnique(queryRunner, migration, condition);
}

/** Runs after the backfill. Replaces the plain index, if there is one, by the unique index. */
export async function requireUniqueAddresses(queryRunner: QueryRunner, migration: string): Promise<void> {
  const [plain] = (await queryRunner.query(
    `select name from gatehouse.undo where kind = 'concurrently' and relation = 'users' and starts_with(name, $1)`,
    [PLAIN],
  )) as { name: string }[];
  if (!plain) return;
  if (!(await isUnique(queryRunner, 'users', 'email')))
    await ensureUnique(queryRunner, migration, await leftOut(queryRunner));
  await recordUndo(queryRunner, {
    migration,
    kind: 'index',
    relation: 'users',
    name: plain.name,
    statement: `create index concurrently "${plain.name}" on users (email)`,
  });
  await concurrently(queryRunner, `drop index concurrently if exists "${plain.name}"`);
}

async function ensureUnique(queryRunner: QueryRunner, migration: string, condition: string): Promise<void> {
  await ensureIndex(queryRunner, migration, {
    name: UNIQUE,
    table: 'users',
    unique: true,
    on: `(email) ${condition}`,
  });
}

/** If users without an e-mail stay as they are, several may have a blank one, so the index leaves these out. */
async function leftOut(queryRunner: QueryRunner): Promise<string> {
  const { LEGACY_MISSING_EMAIL: missing } = await readChoices(queryRunner);
  if (missing !== 'skip') return '';
  const { presence } = await textExpressions(queryRunner);
  return `where ${presence('email')} is not null`;
}

/**
 * Which repeated e-mails the legacy table refuses by a unique index of its own: identical ones (`same`), or also those that
 * differ only in case (`alike`).
 */
export type RefusedTwins = 'same' | 'alike' | undefined;

/** Counts partial indexes too, because the legacy application relies on their refusal. */
export async function refusedTwins(queryRunner: QueryRunner): Promise<RefusedTwins> {
  const found = (await queryRunner.query(
    `select i.indkey[0] = 0 or coalesce(a.atttypid = to_regtype('citext'), false) as alike from pg_index i
     join pg_class c on c.oid = i.indexrelid
     left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0] and a.attname = 'email'
     where i.indrelid = to_regclass('users') and i.indisunique and i.indisvalid and i.indnkeyatts = 1
       and (a.attname is not null or i.indkey[0] = 0 and pg_get_indexdef(i.indexrelid, 1, true) ~ '\\memail\\M')
       and not exists (select 1 from gatehouse.undo u where u.kind = 'concurrently' and u.name = c.relname)
     order by 1 desc`,
  )) as { alike: boolean }[];
  const [index] = found;
  return index && (index.alike ? 'alike' : 'same');
}
