import type { QueryRunner } from 'typeorm';
import { MigrationFault } from './1763900000000-fault.js';

/**
 * Stops if a schema in `search_path` has a function or operator with the name of a built-in one that a role made whom this
 * database need not trust. PostgreSQL prefers it where its types fit better, and it would run with the rights of this role.
 */
export async function refusePlanted(queryRunner: QueryRunner): Promise<void> {
  const planted = (await queryRunner.query(PLANTED)) as { what: string; owner: string }[];
  if (planted.length === 0) return;
  const list = planted.map(({ what, owner }) => `${what} of the role "${owner}"`).join(', ');
  throw new MigrationFault(
    `These would run in place of PostgreSQL's own, with the rights of this role: ${list}. Drop them, or if they are ` +
      'yours, give them to this role: alter … owner to. Then keep others from creating more: revoke create on schema public from public',
  );
}

/**
 * Names every function with its schema, and compares only values whose types have an operator of exactly these types, so
 * that nothing planted can run here.
 */
const PLANTED = `
  with schemas as materialized (
    select n.oid, n.nspowner as owner from pg_catalog.pg_namespace n
    where n.nspname = any (pg_catalog.current_schemas(false)) and n.oid <> 11::pg_catalog.oid
  ), objects as materialized (
    select p.oid, true as callable, p.proname as name, p.proowner as owner, s.owner as of_schema
    from schemas s join pg_catalog.pg_proc p on p.pronamespace = s.oid
    union all
    select o.oid, false, o.oprname, o.oprowner, s.owner
    from schemas s join pg_catalog.pg_operator o on o.oprnamespace = s.oid
  )
  select case when o.callable then o.oid::pg_catalog.regprocedure::text else o.oid::pg_catalog.regoperator::text end as what,
         pg_catalog.pg_get_userbyid(o.owner) as owner
  from objects o
  join pg_catalog.pg_roles r on r.oid = o.owner
  join pg_catalog.pg_roles me on me.rolname = current_user
  join pg_catalog.pg_database d on d.datname = pg_catalog.current_database()
  where not r.rolsuper and o.owner not in (me.oid, o.of_schema, d.datdba)
    and (me.rolsuper or not pg_catalog.pg_has_role(o.owner, 'usage'))
    and (exists (select 1 from pg_catalog.pg_proc c
                 where o.callable and c.pronamespace = 11::pg_catalog.oid and c.proname = o.name)
         or exists (select 1 from pg_catalog.pg_operator c
                    where not o.callable and c.oprnamespace = 11::pg_catalog.oid and c.oprname = o.name))
    and not exists (select 1 from pg_catalog.pg_depend e
                    where e.objid = o.oid and e.deptype = 'e'::pg_catalog."char")
  limit 5`;
