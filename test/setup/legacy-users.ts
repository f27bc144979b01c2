import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.js';

export interface LegacyUser {
  readonly id: string;
  readonly email: string;
}

/** Inserts a user as a migration leaves one, with the e-mail as given and a hash that another application made. */
export async function aLegacyUser(
  database: TestDatabase,
  { email, hash, banned = false }: { email: string; hash: string | null; banned?: boolean },
): Promise<LegacyUser> {
  const id = randomUUID();
  await database.query('insert into users (id, name, email, banned) values ($1, $2, $3, $4)', [
    id,
    'Legacy',
    email,
    banned,
  ]);
  await database.query(
    `insert into accounts (id, user_id, provider_id, provider_user_id, password) values ($1, $2, 'credential', $2, $3)`,
    [randomUUID(), id, hash],
  );
  return { id, email };
}
