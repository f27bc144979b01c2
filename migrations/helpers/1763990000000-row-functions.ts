import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { ONLY_FOR } from './1763900000000-own-functions.js';
import type { PhysicalTable } from './1763900000000-moved-tables.js';

/** A function of the schema `gatehouse`. */
export interface OwnFunction {
  /** For DROP FUNCTION. */
  readonly signature: string;
  /** The statement that creates it. */
  readonly definition: string;
}

interface TriggerFunction extends OwnFunction {
  /** Quoted for SQL, with its schema. */
  readonly name: string;
  readonly source: string;
  /** False for a trigger that runs once for each statement. */
  readonly forEachRow: boolean;
}

/** Statements that create the function, which only its owner may execute. */
export function creation({ signature, definition }: OwnFunction): string[] {
  return [definition, `revoke all on function ${signature} from public`];
}

/** `migration:plan` tries the migrations in a copy, where the schema `gatehouse` has another name. */
function inOurSchema<T extends object>(own: string, texts: T): T {
  const entries = Object.entries(texts).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? value.replaceAll(`${own}.`, 'gatehouse.') : value,
  ]);
  return Object.fromEntries(entries) as T;
}

/** Our functions that take rows of this table or view. */
export async function rowFunctions(queryRunner: QueryRunner, relation: string): Promise<OwnFunction[]> {
  const found = (await queryRunner.query(
    `select p.pronamespace::regnamespace::text as own, p.oid::regprocedure::text as signature, pg_get_functiondef(p.oid) as definition
     from pg_proc p join pg_class c on c.oid = to_regclass($1)
     where p.pronamespace = to_regnamespace('gatehouse') and c.reltype = any (p.proargtypes) order by p.oid`,
    [relation],
  )) as (OwnFunction & { own: string })[];
  return found.map(({ own, ...each }) => inOurSchema(own, each));
}

/** Our functions that the triggers of this table call. */
export async function triggerFunctions(
  queryRunner: QueryRunner,
  relation: string,
): Promise<TriggerFunction[]> {
  const found = (await queryRunner.query(
    `select n.nspname as own, p.oid::regprocedure::text as signature, pg_get_functiondef(p.oid) as definition, p.prosrc as source,
            format('%I.%I', n.nspname, p.proname) as name, bool_or(t.tgtype & 1 = 1) as "forEachRow"
     from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = p.pronamespace
     where t.tgrelid = to_regclass($1) and not t.tgisinternal and n.oid = to_regnamespace('gatehouse')
     group by p.oid, n.nspname order by p.oid`,
    [relation],
  )) as (TriggerFunction & { own: string })[];
  return found.map(({ own, ...each }) => inOurSchema(own, each));
}

/** The row of a trigger as the view shows it. */
interface RowShape {
  /** The view, quoted for SQL. */
  readonly view: string;
  /** Names of the columns in the view. */
  readonly columns: readonly string[];
  /** Columns of the view that PostgreSQL computes, so that a trigger cannot set them. */
  readonly generated: ReadonlySet<string>;
  readonly physical: PhysicalTable;
  /** The schema of the view, quoted for SQL. */
  readonly schema: string;
}

/** A trigger function for the legacy names of the columns. */
interface Translation {
  readonly statements: readonly string[];
  /** Statements that take it back. */
  readonly reversal: readonly string[];
}

/**
 * Our trigger functions name columns as the view does, but a trigger gets rows of the table. If a column has another name
 * there, the function becomes one that takes rows of the view, and a new trigger function translates the rows for it.
 */
export function translated(trigger: TriggerFunction, shape: RowShape): Translation {
  if (shape.columns.every((column) => shape.physical.columnOf(column) === column))
    return { statements: [], reversal: [] };
  return trigger.forEachRow ? translatedRows(trigger, shape) : translatedStatement(trigger, shape);
}

/** The transition table of these functions has the alias `o`. */
function translatedStatement({ definition, source }: TriggerFunction, { physical }: RowShape): Translation {
  const changed = source.replaceAll(
    /\bo\.(\w+)/g,
    (_, column: string) => `o.${quote(physical.columnOf(column))}`,
  );
  return { statements: [definition.replace(source, () => changed)], reversal: [definition] };
}

/** Only the owner may execute the function that the new one calls. */
function asOwner(definition: string, schema: string): string {
  if (definition.includes('SECURITY DEFINER')) return definition;
  return definition.replace(/\nAS \$/, `\n SECURITY DEFINER SET search_path TO ${schema}, pg_temp\nAS $`);
}

function translatedRows(
  { name, definition, source }: TriggerFunction,
  { view, columns, generated, physical, schema }: RowShape,
): Translation {
  const inner = name.replace(/"?$/, (end) => `_row${end}`);
  const rowType = `${schema}.${view}`;
  const signature = `${inner}(${rowType}, ${rowType}, text)`;
  // Only a trigger knows the table for which it was called, so the new trigger function checks it.
  const [guard = ''] = ONLY_FOR.exec(source) ?? [];
  const row = (of: string) =>
    `row(${columns.map((column) => `${of}.${quote(physical.columnOf(column))}`).join(', ')})::${rowType}`;
  const assignments = columns
    .filter((column) => !generated.has(column))
    .map((column) => `new.${quote(physical.columnOf(column))} := shown.${quote(column)};`);
  const body = `
      declare
        shown ${rowType};
      begin
        ${guard}
        if tg_op = 'DELETE' then
          perform ${inner}(null, ${row('old')}, tg_op);
          return old;
        elsif tg_op = 'UPDATE' then
          shown := ${inner}(${row('new')}, ${row('old')}, tg_op);
        else
          shown := ${inner}(${row('new')}, null, tg_op);
        end if;
        if tg_when = 'BEFORE' then
          ${assignments.join('\n          ')}
        end if;
        return new;
      end`;
  return {
    statements: [
      `create or replace function ${inner}(new ${rowType}, old ${rowType}, tg_op text) returns ${rowType}
       language plpgsql as $gatehouse$${source.replace(guard, '')}$gatehouse$`,
      `revoke all on function ${signature} from public`,
      asOwner(definition, schema).replace(source, () => body),
    ],
    reversal: [definition, `drop function if exists ${signature}`],
  };
}
