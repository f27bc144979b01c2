import type { TestDatabase } from '../setup/database.js';

/**
 * As `intruder`, plants in `public` a variant of each built-in function and operator on texts, with exactly fitting types
 * for `varchar` and `name`, so that PostgreSQL prefers it. Each one counts its calls, even if the transaction is rolled back.
 */
export async function plantEverything(database: TestDatabase, intruder: string): Promise<void> {
  await database.administer(`
    grant usage, create on schema public to ${intruder};
    create sequence planted_calls;
    grant usage on sequence planted_calls to public;
    set role ${intruder};
    ${PLANT}`);
}

/** How often something planted has run. */
export async function plantedCalls(database: TestDatabase): Promise<number> {
  const [row] = await database.administer<{ calls: number }>(
    `set search_path to pg_catalog; select case when is_called then last_value else 0 end::integer as calls from public.planted_calls`,
  );
  return row?.calls ?? NaN;
}

const PLANT = `
  do $plant$
  declare f record; o record; types text;
  begin
    for f in
      select p.proname, p.prorettype::regtype as result,
             array_to_string(array(select case a when 'text'::regtype then kind else a::regtype::text end
                                   from unnest(p.proargtypes) with ordinality x (a, n) order by n), ', ') as arguments
      from pg_proc p, unnest(array['varchar', 'name']) kind
      where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f' and not p.proretset
        and p.provariadic = 0 and 'text'::regtype = any (p.proargtypes)
        and p.prorettype in ('text'::regtype, 'boolean'::regtype, 'integer'::regtype, 'bytea'::regtype)
    loop
      begin
        execute format('create function public.%I(%s) returns %s language plpgsql as %L', f.proname, f.arguments, f.result,
          'begin perform pg_catalog.nextval(''public.planted_calls''); return null; end');
      exception when others then null;
      end;
    end loop;
    execute $f$create function public.planted(a varchar, b varchar) returns boolean language plpgsql as
      'begin perform pg_catalog.nextval(''public.planted_calls''); return true; end'$f$;
    execute $f$create function public.planted(a varchar, b text) returns boolean language plpgsql as
      'begin perform pg_catalog.nextval(''public.planted_calls''); return true; end'$f$;
    foreach types in array array['varchar', 'text'] loop
      for o in select unnest(array['=', '<>', '<', '>', '~', '~~']) as name loop
        execute format('create operator public.%s (leftarg = varchar, rightarg = %s, function = public.planted)', o.name, types);
      end loop;
    end loop;
  end $plant$;`;
