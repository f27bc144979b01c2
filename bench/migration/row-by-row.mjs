// The loop of Better Auth's migration guides: read a page of users, and for each user write the user and then the account,
// one statement after the other, each in its own transaction.
import { randomUUID } from 'node:crypto';
import { onDatabase } from './legacy-database.mjs';

const PAGE = 100;

/** @returns users moved per second. The loop stops after `users` of them. */
export async function rowByRow(url, users) {
  return await onDatabase(url, async (client) => {
    await client.query(`set gatehouse.dual_write to 'on'`);
    const began = performance.now();
    let moved = 0;
    for (let last = ''; moved < users;) {
      const { rows } = await client.query('select * from users where id > $1 order by id limit $2', [
        last,
        PAGE,
      ]);
      if (rows.length === 0) break;
      for (const row of rows) await moveUser(client, row);
      moved += rows.length;
      last = rows.at(-1).id;
    }
    return moved / ((performance.now() - began) / 1000);
  });
}

async function moveUser(client, user) {
  const email = user.email.trim().toLowerCase();
  const verifiedAt = user.is_verified ? user.created_at : null;
  await client.query(
    `update users set email = $2, name = $3, image = $4, email_verified = $5, is_email_verified = $6, banned = $7,
            ban_reason = $8 where id = $1`,
    [
      user.id,
      email,
      user.full_name ?? email.split('@')[0],
      user.avatar_url,
      verifiedAt,
      verifiedAt !== null,
      !user.is_active,
      user.is_active ? null : 'Deactivated in the legacy application',
    ],
  );
  if (!user.hashed_password) return;
  await client.query(
    `insert into accounts (id, user_id, provider_id, provider_user_id, password, created_at, updated_at)
     values ($1, $2, 'credential', $2, $3, $4, $5)`,
    [randomUUID(), user.id, user.hashed_password, user.created_at, user.updated_at],
  );
}
