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
 * Builds the unique index on e-mails. If several users have the same e-mail, the backfill gives all but one of them
 * another first. Until then the triggers look up e-mails in an index that is not unique.
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

/** After the backfill. Does nothing if the index exists. */
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
 * True if the table refuses two users with exactly the same e-mail by an index of its own, at least among some rows. The
 * legacy application then expects that refusal.
 */
export async function refusesTwins(queryRunner: QueryRunner): Promise<boolean> {
  const found = (await queryRunner.query(
    `select 1 from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = to_regclass('users') and i.indisunique and i.indisvalid and i.indnkeyatts = 1
       and (exists (select 1 from pg_attribute a where a.attrelid = i.indrelid and a.attname = 'email'
                      and a.attnum = i.indkey[0])
            or i.indkey[0] = 0 and pg_get_indexdef(i.indexrelid, 1, true) ~ '\\memail\\M')
       and not exists (select 1 from gatehouse.undo u where u.kind = 'concurrently' and u.name = c.relname)`,
  )) as unknown[];
  return found.length > 0;
}
