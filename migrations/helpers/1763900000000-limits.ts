import type { QueryRunner } from 'typeorm';
import { currentName, isMoved, type Adoption } from './1763900000000-adoption.js';
import { quote, spelt } from './1763900000000-catalogue.js';
import { warning, type Finding } from './1763900000000-finding.js';

const FAIL_ON_VIEWS =
  'These statements fail on a view: ALTER TABLE, TRUNCATE, COPY FROM, new foreign keys to it, ' +
  'GROUP BY of the key alone (Django’s annotate).';

/** The application finds a view where its table was, in some cases only while the migrations run. */
export function viewFindings(adoption: Adoption): Finding[] {
  const table = spelt(adoption.source);
  if (isMoved(adoption)) {
    return [
      warning(
        `While the migrations run, a view takes the place of ${table} for the old application`,
        `${FAIL_ON_VIEWS} Run the pending migrations of the old application before. Afterwards ${table} is a table again.`,
      ),
    ];
  }
  if (adoption.renamed.length === 0) return [];
  return [
    warning(
      `A view takes the place of ${table} for the old application`,
      `${FAIL_ON_VIEWS} Try the old application on a copy first.`,
    ),
  ];
}

/** Such a foreign key refuses to delete a user who has rows here, even though our own key beside it would delete these rows. */
export async function cascadeFindings(queryRunner: QueryRunner, adoption: Adoption): Promise<Finding[]> {
  const column = currentName(adoption, 'user_id');
  if (adoption.mirrored.some(({ theirs }) => theirs.name === column)) return [];
  const table = spelt(adoption.source);
  const keys = (await queryRunner.query(
    `select quote_ident(c.conname) as name, c.confrelid::regclass::text as users from pg_constraint c
     join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.conrelid = to_regclass($1) and c.contype = 'f' and c.confdeltype <> 'c' and a.attname = $2`,
    [table, column],
  )) as { name: string; users: string }[];
  return keys.map(({ name, users }) =>
    warning(
      `The foreign key ${name} of ${table} has no "on delete cascade", so a user who has rows there cannot be deleted`,
      `Run: alter table ${table} drop constraint ${name}, ` +
        `add constraint ${name} foreign key (${quote(column)}) references ${users} on delete cascade`,
    ),
  );
}
