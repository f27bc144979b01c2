import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { say } from './1763900000000-progress.js';

/**
 * Moves the sequence that counts the ids of this table past its largest id. Rows that were copied with their ids leave it
 * behind, and new rows would get ids that are taken.
 */
export async function advanceSequence(queryRunner: QueryRunner, table: string): Promise<void> {
  const [counter] = (await queryRunner.query(
    `select s.oid::regclass::text as name from pg_class t
     join pg_attribute a on a.attrelid = t.oid and a.attname = 'id'
     left join pg_attrdef f on f.adrelid = t.oid and f.adnum = a.attnum
     join pg_depend d on d.refobjid in (t.oid, f.oid) and d.classid = 'pg_class'::regclass
       or d.objid = f.oid and d.classid = 'pg_attrdef'::regclass
     join pg_class s on s.oid in (d.objid, d.refobjid) and s.relkind = 'S' and s.relnamespace = t.relnamespace
     where t.oid = to_regclass($1) limit 1`,
    [quote(table)],
  )) as { name: string }[];
  if (!counter) return;
  const [moved] = (await queryRunner.query(
    `select setval('${counter.name}', taken.id)::text as id
     from (select max(id)::bigint as id from ${quote(table)}) as taken, ${counter.name} as counted
     where taken.id > counted.last_value or taken.id = counted.last_value and not counted.is_called`,
  )) as { id: string }[];
  if (moved)
    say(`${table}: the sequence ${counter.name} was behind the largest id. It was moved to ${moved.id}.`);
}
