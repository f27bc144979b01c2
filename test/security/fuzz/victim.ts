import type { TestDatabase } from '../../setup/database.js';
import type { Gatehouse } from '../../setup/gatehouse.js';
import { aMember } from '../../setup/people.js';

/** A user whom nobody in a fuzz run may change. */
export interface Victim {
  /** What others can know of them: e-mail, ids of the user, the sessions and the accounts. */
  readonly known: readonly string[];
  /** The ids among them, of rows that are the victim's. */
  readonly ids: readonly string[];
  /** What no answer may contain: tokens and the hash of the password. */
  readonly secrets: readonly string[];
  /** The victim's rows in all tables, as JSON. */
  rows(): Promise<string>;
}

const ROWS = `
  select 'users' as "table", to_jsonb(users) as row from users where id::text = $1
  union all select 'sessions', to_jsonb(sessions) from sessions where user_id::text = $1
  union all select 'accounts', to_jsonb(accounts) from accounts where user_id::text = $1
  order by 1, 2`;

export async function newVictim(gatehouse: Gatehouse, database: TestDatabase): Promise<Victim> {
  const victim = await aMember(gatehouse, { name: 'Victoria', email: 'victoria@example.com' });
  await database.query(
    `insert into accounts (id, user_id, provider_id, provider_user_id, access_token, refresh_token, created_at, updated_at)
     values ('victims-account', $1, 'gitlab', 'victoria-there', 'victims-access-token', 'victims-refresh-token', now(), now())`,
    [victim.id],
  );
  const rows = async () =>
    JSON.stringify(await database.query<{ table: string; row: Record<string, unknown> }>(ROWS, [victim.id]));
  const stored = JSON.parse(await rows()) as { table: string; row: Record<string, string | null> }[];
  const valuesOf = (name: string) => stored.flatMap(({ row }) => row[name] ?? []);
  const ids = valuesOf('id');
  return {
    ids,
    known: [victim.email, victim.id, ...ids, ...valuesOf('provider_user_id')],
    secrets: ['token', 'password', 'access_token', 'refresh_token'].flatMap(valuesOf),
    rows,
  };
}
