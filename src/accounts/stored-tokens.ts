import type { DataSource } from 'typeorm';
import { readTables, withTables, type Queries } from '../database/tables.js';
import { looksEncrypted } from '../crypto/symmetric-encryption.js';
import type { TokenSeal } from './token-seal.js';

/** Accounts per batch. One `update` locks all rows of a batch. */
const BATCH = 500;

interface StoredTokens {
  readonly id: string;
  readonly access_token: string | null;
  readonly refresh_token: string | null;
}

export interface Encrypted {
  readonly encrypted: number;
  /** Number of tokens that look encrypted but that no configured secret decrypts. They may also be plaintext. */
  readonly unreadable: number;
}

/**
 * Encrypts the tokens that are stored as plaintext, in batches of accounts in the order of their ids. If a server
 * replaces a token in the meantime, the new token stays. Encrypted tokens are not changed, so the command can be
 * interrupted and run again.
 * @param report is called after each batch with the number of tokens encrypted so far.
 */
export async function encryptStoredTokens(
  dataSource: DataSource,
  seal: TokenSeal,
  report: (encrypted: number) => void,
): Promise<Encrypted> {
  const queries = withTables(await readTables(dataSource), dataSource);
  let [encrypted, unreadable, last] = [0, 0, ''];
  for (;;) {
    const rows = await queries.query<StoredTokens[]>(
      `select id, access_token, refresh_token from {accounts}
       where id > $1 and (access_token is not null or refresh_token is not null)
       order by id limit $2`,
      [last, BATCH],
    );
    if (rows.length === 0) return { encrypted, unreadable };
    const tokens = rows.flatMap((row) => [row.access_token, row.refresh_token]);
    unreadable += tokens.filter((token) => stateOf(token, seal) === 'unreadable').length;
    const changed = tokens.filter((token) => stateOf(token, seal) === 'plain').length;
    if (changed > 0) await replace(queries, rows, seal);
    encrypted += changed;
    if (changed > 0) report(encrypted);
    last = rows.at(-1)?.id ?? last;
  }
}

function stateOf(token: string | null, seal: TokenSeal): 'none' | 'plain' | 'sealed' | 'unreadable' {
  if (!token) return 'none';
  if (!looksEncrypted(token)) return 'plain';
  try {
    seal.open(token);
    return 'sealed';
  } catch {
    return 'unreadable';
  }
}

async function replace(queries: Queries, rows: readonly StoredTokens[], seal: TokenSeal): Promise<void> {
  const sealed = (token: string | null) =>
    token !== null && stateOf(token, seal) === 'plain' ? seal.seal(token) : token;
  await queries.query(
    `update {accounts} as account
     set access_token = case when account.access_token = given.access_was then given.access_becomes
                             else account.access_token end,
         refresh_token = case when account.refresh_token = given.refresh_was then given.refresh_becomes
                              else account.refresh_token end
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
       as given (id, access_was, access_becomes, refresh_was, refresh_becomes)
     where account.id = given.id
       and (given.access_was <> given.access_becomes or given.refresh_was <> given.refresh_becomes)`,
    [
      rows.map(({ id }) => id),
      rows.map(({ access_token }) => access_token),
      rows.map(({ access_token }) => sealed(access_token)),
      rows.map(({ refresh_token }) => refresh_token),
      rows.map(({ refresh_token }) => sealed(refresh_token)),
    ],
  );
}
