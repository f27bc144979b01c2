import type { QueryRunner } from 'typeorm';
import { adoptedFacts, currentName, type Adoption } from './1763900000000-adoption.js';
import { quote } from './1763900000000-catalogue.js';
import { textExpressions } from './1763900000000-text.js';

const SHOWN = 10;

/** Finds rows of a legacy `users` table that cannot become users. Only reads. */
export async function rowFindings(queryRunner: QueryRunner, adoption: Adoption): Promise<string[]> {
  const { columns } = adoptedFacts(adoption);
  if (!columns.has('id') || !columns.has('email')) return [];
  const [allowed] = (await queryRunner.query(
    `select 1 where has_table_privilege(to_regclass($1)::oid, 'select')`,
    [quote(adoption.source.name)],
  )) as unknown[];
  if (!allowed) return [];
  const [users, id, email] = [
    adoption.source.name,
    currentName(adoption, 'id'),
    currentName(adoption, 'email'),
  ].map(quote);
  const { presence } = await textExpressions(queryRunner);
  const findings = [
    await describe(
      queryRunner,
      `select 'id ' || ${id}::text as example from ${users} where ${presence(String(email))} is null order by ${id}`,
      'Rows of users without an e-mail',
      'Give them one, or delete them',
    ),
    await describe(
      queryRunner,
      `select ${email}::text || ' (ids ' || string_agg(${id}::text, ', ' order by ${id}) || ')' as example
       from ${users} where ${email} is not null group by ${email}::text having count(*) > 1 order by 1`,
      'E-mails that several users have, spelled identically',
      'Keep each of them in one row, and change or delete the others',
    ),
  ];
  if (['text', 'varchar'].includes(columns.get('id')?.typeName ?? '')) {
    findings.push(
      await describe(
        queryRunner,
        `select left(${id}::text, 40) || '…' as example from ${users} where length(${id}::text) > 255`,
        'Rows of users with an id of more than 255 characters',
        'Shorten them, because provider_user_id holds 255 characters',
      ),
    );
  }
  return findings.filter((finding) => finding !== undefined);
}

async function describe(
  queryRunner: QueryRunner,
  select: string,
  what: string,
  remedy: string,
): Promise<string | undefined> {
  const rows = (await queryRunner.query(
    `select example, count(*) over () as total from (${select}) as found limit ${SHOWN}`,
  )) as { example: string; total: string }[];
  const [first] = rows;
  if (!first) return undefined;
  const more = Number(first.total) > rows.length ? ', …' : '';
  return `${what}: ${first.total} (${rows.map((row) => row.example).join(', ')}${more}). ${remedy}.`;
}
