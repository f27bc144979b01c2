import type { QueryRunner } from 'typeorm';
import { runBackfill } from './1763900000000-batches.js';
import { needTable } from './1763900000000-catalogue.js';
import {
  isWeakHash,
  legacyPassword,
  parseHash,
  type PasswordColumns,
  storedHash,
  wrap,
  WRAPPED_PREFIX,
} from './1763900000000-password-formats.js';
import { tableName } from './1763900000000-tables.js';
import { byId, type Walk } from './1763900000000-walk.js';
import { isBackfilledAccount } from './1763900850000-credential-account.js';

export const WRAP_BACKFILL = 'wrap weak hashes';

/** One argon2id takes about 40 ms of a processor, so a batch takes about half a second. */
const BATCH = 32;

interface Weak {
  readonly id: string;
  readonly password: string;
}

/**
 * Stores argon2id over each weak hash that came from the legacy column. Node.js computes it on libuv's threads, before the
 * batch locks a row. A password that changes meanwhile is left as it is.
 */
export async function wrapWeakHashes(queryRunner: QueryRunner): Promise<void> {
  const accounts = await needTable(queryRunner, tableName('accounts'));
  const idType = accounts.columns.get('id')?.type ?? 'text';
  await runBackfill(queryRunner, {
    name: WRAP_BACKFILL,
    table: tableName('accounts'),
    walk: inSmallBatches(byId(tableName('accounts'), idType)),
    apply: async (range) => {
      const weak = (await queryRunner.query(
        `select a.id::text as id, a.password from ${tableName('accounts')} a
         where ${range('a')} and ${isBackfilledAccount('a')} and ${isWeakHash('a.password')}`,
      )) as Weak[];
      const wrapped = await Promise.all(weak.map(({ password }) => wrappedOrNull(password)));
      await queryRunner.query(
        `update ${tableName('accounts')} a set password = v.wrapped
         from unnest($1::text[], $2::text[], $3::text[]) as v(id, was, wrapped)
         where a.id = v.id::${idType} and a.password = v.was and v.wrapped is not null`,
        [weak.map(({ id }) => id), weak.map(({ password }) => password), wrapped],
      );
    },
  });
}

async function wrappedOrNull(password: string): Promise<string | null> {
  const hash = parseHash(password);
  return (hash && (await wrap(hash))) ?? null;
}

function inSmallBatches(walk: Walk): Walk {
  return {
    ...walk,
    next: (queryRunner, cursor, end, size) => walk.next(queryRunner, cursor, end, Math.min(size, BATCH)),
  };
}

/** The statement with which `down` puts the old hashes back. The legacy column still has them. */
export function unwrapHashes(columns: PasswordColumns): string {
  const legacy = legacyPassword(columns, 'u');
  return `update ${tableName('accounts')} a set password = ${storedHash(legacy)} from users u
    where a.provider_id = 'credential' and a.provider_user_id = u.id::text
      and starts_with(a.password, '${WRAPPED_PREFIX}') and ${legacy.hash} is not null`;
}
