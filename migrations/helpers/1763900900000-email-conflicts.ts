import type { QueryRunner } from 'typeorm';
import { textExpressions } from './1763900000000-text.js';

/** Lists every row whose trimmed and lower-cased e-mail another row has too. */
export async function noteEmailConflicts(queryRunner: QueryRunner): Promise<void> {
  const { normalised } = await textExpressions(queryRunner);
  await queryRunner.query(
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
