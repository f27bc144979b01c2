import type { QueryRunner } from 'typeorm';
import { parseHash } from '../crypto/password/formats.js';
import { wrap } from '../crypto/password/formats/wrapped.js';
import { isWeakHash } from './password-formats.js';
import { inShortTransaction } from './short-transaction.js';
import { readIdType } from './table-columns.js';

/** One argon2id takes about 40 ms of a processor. */
const BATCH = 32;

interface Weak {
  readonly id: string;
  readonly password: string;
}

/** True if the migrations wrapped weak hashes. Then a catch-up also wraps those that were written since. */
export async function wrapsWeakHashes(runner: QueryRunner): Promise<boolean> {
  const found = (await runner.query(
    `select 1 from gatehouse.backfills where name = 'wrap weak hashes'`,
  )) as unknown[];
  return found.length > 0;
}

/**
 * Stores argon2id over each weak hash of a credential account, as the migration WrapWeakHashes does. A password that
 * changes meanwhile is left as it is.
 */
export async function wrapWeakHashes(runner: QueryRunner): Promise<void> {
  const idType = await readIdType(runner, 'accounts');
  for (let last: string | undefined; ;) {
    const after = last === undefined ? '' : `and a.id > $1::${idType}`;
    const weak = (await runner.query(
      `select a.id::text as id, a.password from {accounts} a
       where a.provider_id = 'credential' and ${isWeakHash('a.password')} ${after} order by a.id limit ${BATCH}`,
      last === undefined ? [] : [last],
    )) as Weak[];
    if (weak.length === 0) return;
    const wrapped = await Promise.all(weak.map(({ password }) => wrappedOrNull(password)));
    await inShortTransaction(runner, 'wrap weak hashes', () =>
      runner.query(
        `update {accounts} a set password = v.wrapped
         from unnest($1::text[], $2::text[], $3::text[]) as v(id, was, wrapped)
         where a.id = v.id::${idType} and a.password = v.was and v.wrapped is not null`,
        [weak.map(({ id }) => id), weak.map(({ password }) => password), wrapped],
      ),
    );
    last = weak.at(-1)?.id;
  }
}

async function wrappedOrNull(password: string): Promise<string | null> {
  const hash = parseHash(password);
  return (hash && (await wrap(hash))) ?? null;
}
