// The fastest possible backfill: one SQL statement for all rows. It cannot be interrupted, and it blocks other writers. It
// writes the same rows to the same tables as the backfills, including the rows for `migration:revert`, with the same
// indexes and foreign keys. It fires no trigger that the backfills do not fire.
import { onDatabase } from './legacy-database.mjs';

const EMAIL = 'lower(btrim(email))';
const STARTED = 'statement_timestamp()';
const CREATED = `coalesce(created_at, updated_at, ${STARTED})`;
const UPDATED = `coalesce(updated_at, created_at, ${STARTED})`;
const NAME = `coalesce(nullif(btrim(full_name), ''), split_part(${EMAIL}, '@', 1))`;
const ACCOUNT_ID = `encode(substring(sha256(convert_to('gatehouse:credential:' || id, 'UTF8')) for 16), 'hex')`;

export const STATEMENT = `
  with originals as (
    insert into gatehouse.original_values (relation, row_id, was, became)
    select 'users', id, jsonb_build_object('email', jsonb_build_array(email)),
           jsonb_build_object('email', jsonb_build_array(${EMAIL}))
    from users where email <> ${EMAIL}
  ), made as (
    insert into accounts (id, user_id, provider_id, provider_user_id, password, created_at, updated_at)
    select ${ACCOUNT_ID}, id, 'credential', id, hashed_password, ${CREATED}, ${UPDATED}
    from users where hashed_password like '$2%' and length(hashed_password) = 60
  )
  update users set
    email = ${EMAIL}, name = ${NAME}, image = coalesce(avatar_url, image),
    email_verified = case when is_verified then ${CREATED} end, is_email_verified = coalesce(is_verified, false),
    banned = not is_active,
    ban_reason = case when not is_active then 'Deactivated in the legacy application' end,
    created_at = ${CREATED}, updated_at = ${UPDATED}`;

/** @returns the seconds that the statement takes */
export async function inOneStatement(url) {
  return await onDatabase(url, async (client) => {
    await client.query(`set gatehouse.dual_write to 'on'`);
    const began = performance.now();
    await client.query(STATEMENT);
    return (performance.now() - began) / 1000;
  });
}
