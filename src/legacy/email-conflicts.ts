import type { Queries } from './queries.js';
import { textExpressions } from './text-expressions.js';

/** Records users whose e-mail differs from another user's only in case or spaces. */
export async function noteEmailConflicts(queries: Queries): Promise<void> {
  const { normalised } = await textExpressions(queries);
  await queries.query(
    `with unnormalised as (
       select ${normalised('email')} as email from users where email::text <> ${normalised('email')}
     ), shared as (
       select email from unnormalised group by email having count(*) > 1
       union
       select unnormalised.email from unnormalised join users on users.email::text = unnormalised.email
     )
     insert into gatehouse.conflicts (user_id, email, normalised_email)
     select u.id::text, u.email::text, shared.email
     from users u join shared on shared.email = ${normalised('u.email')}
     on conflict (user_id) do nothing`,
  );
}
