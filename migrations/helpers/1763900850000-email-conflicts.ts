import type { QueryRunner } from 'typeorm';
import { quote, isUnique } from './1763900000000-catalogue.js';
import { readLegacyRules } from './1763900000000-legacy-rules.js';
import { inTransaction } from './1763900000000-transaction.js';
import { readUserColumns } from './1763900000000-user-columns.js';

/**
 * The statement that lists in `gatehouse.conflicts` every row whose trimmed and lower-cased e-mail another row has too. A
 * deleted row gives way to a live one. Of rows with exactly the same e-mail, the newest keeps it. Rows that differ in case
 * or blanks stay as they are.
 * @param users SQL of the table
 */
export async function emailConflictsStatement(queryRunner: QueryRunner, users = 'users'): Promise<string> {
  const rules = await readLegacyRules(queryRunner);
  const named = await readUserColumns(queryRunner);
  const { normalised, presence } = rules.text;
  const identical = (await isUnique(queryRunner, 'users', 'email'))
    ? ''
    : `union select ${normalised('email')} from ${users} where ${presence('email')} is not null
       group by email having count(*) > 1`;
  const newest = `order by u.${quote(named('created_at'))} desc nulls last, u.id desc`;
  return `with unnormalised as (
       select ${normalised('email')} as email from ${users}
       where email::text <> ${normalised('email')} and ${presence('email')} is not null
     ), shared as (
       select email from unnormalised group by email having count(*) > 1
       union
       select unnormalised.email from unnormalised join ${users} as u on u.email::text = unnormalised.email
       ${identical}
     ), ranked as (
       select u.id, u.email::text as email, shared.email as address, (${rules.deleted('u')}) as deleted,
              row_number() over (partition by shared.email, (${rules.deleted('u')}) ${newest}) as place,
              row_number() over (partition by shared.email, (${rules.deleted('u')}), u.email::text ${newest}) as twin
       from ${users} u join shared on shared.email = ${normalised('u.email')}
     ), judged as (
       select id, email, address,
              case when deleted then exists (select 1 from ranked o where o.address = r.address and not o.deleted) or place > 1
                   else twin > 1 end as gives_way
       from ranked r
     )
     insert into gatehouse.conflicts as known (user_id, email, normalised_email, gives_way)
     select j.id::text, j.email, j.address, j.gives_way from judged j
     where j.gives_way or exists (
       select 1 from judged o where o.address = j.address and o.id <> j.id and not o.gives_way)
     on conflict (user_id) do update set gives_way = known.gives_way or excluded.gives_way`;
}

export async function noteEmailConflicts(queryRunner: QueryRunner): Promise<void> {
  const statement = await emailConflictsStatement(queryRunner);
  await inTransaction(queryRunner, 'look for shared e-mails', async () => {
    // Without fresh statistics PostgreSQL compares each row with each other.
    await queryRunner.query('set local enable_nestloop to off');
    await queryRunner.query(statement);
  });
}
