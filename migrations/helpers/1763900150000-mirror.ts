import type { QueryRunner } from 'typeorm';
import { adoptedFacts, type Adoption } from './1763900000000-adoption.js';
import { quote } from './1763900000000-catalogue.js';
import {
  asExactAsTheirs,
  readUnit,
  toOurs,
  toTheirs,
  type MirroredPair,
} from './1763900000000-mirror-values.js';
import {
  createOwnFunction,
  firstSchema,
  onlyFor,
  qualified,
  SAFE_PATH,
} from './1763900000000-own-functions.js';
import { FAMILIES, tableName } from './1763900000000-tables.js';
import { recordUndo } from './1763900000000-undo-journal.js';
import { companionsOf, ownRules } from './1763900150000-mirror-rules.js';

/**
 * Adds our columns beside the legacy ones and a trigger that keeps both equal, in the caller's transaction. A backfill
 * fills existing rows later.
 */
export async function mirrorColumns(
  queryRunner: QueryRunner,
  migration: string,
  adoption: Adoption,
): Promise<void> {
  const table = tableName(adoption.table);
  const { columns } = adoptedFacts(adoption);
  const mirrored: MirroredPair[] = [];
  for (const pair of adoption.mirrored)
    mirrored.push({ ...pair, unit: await readUnit(queryRunner, table, pair.theirs) });
  const rules = [...mirrored.map((pair) => ruleOf(adoption.table, pair)), ...ownRules(adoption)];
  if (rules.length === 0) return;
  for (const { ours, theirs, unit } of mirrored) {
    await addColumn(queryRunner, migration, table, ours.name, columns.get(ours.name)?.type ?? ours.type);
    await queryRunner.query(
      'insert into gatehouse.legacy_columns (purpose, column_name, unit) values ($1, $2, $3)',
      [`${adoption.table}.${ours.name}`, theirs.name, unit],
    );
  }
  for (const { name, type, fallback } of companionsOf(adoption)) {
    const constant = fallback === 'false' ? ' not null default false' : '';
    await addColumn(queryRunner, migration, table, name, `${type}${constant}`);
  }
  const undo = { migration, kind: 'statement', relation: table } as const;
  const forget = `delete from gatehouse.legacy_columns where purpose like '${adoption.table}.%'`;
  await recordUndo(queryRunner, { ...undo, statement: forget });
  await createTriggers(queryRunner, undo, adoption.table, rules);
  for (const pair of mirrored) await createComparison(queryRunner, undo, pair);
}

/** Creates two functions for `compat:check`. One computes our value from the legacy column, the other from our column. */
async function createComparison(
  queryRunner: QueryRunner,
  undo: { migration: string; kind: 'statement'; relation: string },
  pair: MirroredPair,
): Promise<void> {
  const table = undo.relation;
  const { name, type } = pair.ours;
  const sides = { legacy: toOurs('r', pair), ours: asExactAsTheirs('r', pair) };
  for (const [side, expression] of Object.entries(sides)) {
    const comparison = quote(`mirrored_${side}_${table}_${name}`);
    const signature = `${comparison}(${table})`;
    await createOwnFunction(queryRunner, {
      signature,
      names: `${comparison}(r ${table})`,
      definition: `returns ${name === 'user_id' ? pair.theirs.type : type}
       language sql stable as $gatehouse$select ${expression}$gatehouse$`,
    });
    await recordUndo(queryRunner, { ...undo, statement: `drop function if exists gatehouse.${signature}` });
  }
}

async function addColumn(
  queryRunner: QueryRunner,
  migration: string,
  table: string,
  name: string,
  type: string,
): Promise<void> {
  await queryRunner.query(`alter table ${table} add column ${name} ${type}`);
  const statement = `alter table ${table} drop column if exists ${name}`;
  await recordUndo(queryRunner, { migration, kind: 'column', relation: table, name, statement });
}

/**
 * Creates the trigger twice, because PostgreSQL runs triggers in the order of their names: `gatehouse_0_…` copies the
 * old application's values before the other triggers, `gatehouse_z_…` copies our values back after them.
 */
async function createTriggers(
  queryRunner: QueryRunner,
  undo: { migration: string; kind: 'statement'; relation: string },
  ours: string,
  rules: readonly string[],
): Promise<void> {
  const table = undo.relation;
  const name = `mirror_${table}`;
  const schema = await firstSchema(queryRunner);
  await createOwnFunction(queryRunner, {
    signature: `${name}()`,
    definition: `returns trigger language plpgsql security definer
       ${SAFE_PATH} set timezone to 'UTC' as $gatehouse$
      begin
        ${onlyFor(schema, ours)}
        ${qualified(rules.join('\n'), schema)}
        return new;
      end$gatehouse$`,
  });
  await recordUndo(queryRunner, { ...undo, name, statement: `drop function if exists gatehouse.${name}()` });
  for (const trigger of [`gatehouse_0_mirror_${table}`, `gatehouse_z_mirror_${table}`]) {
    await queryRunner.query(
      `create trigger ${trigger} before insert or update on ${table} for each row execute function gatehouse.${name}()`,
    );
    await recordUndo(queryRunner, {
      ...undo,
      name: trigger,
      statement: `drop trigger if exists ${trigger} on ${table}`,
    });
  }
}

/**
 * Copies the column that was written to the other one. If an insert sets both, ours wins unless it only has its
 * default.
 */
function ruleOf(table: string, pair: MirroredPair): string {
  const [ours, theirs] = [`new.${pair.ours.name}`, `new.${quote(pair.theirs.name)}`];
  const defaults: Readonly<Record<string, string>> = {
    'now()': ` or ${ours} = now()`,
    false: ` or not ${ours}`,
  };
  const isDefault = defaults[pair.ours.fallback ?? ''] ?? '';
  const changed = `${ours} is distinct from old.${pair.ours.name}`;
  const changedThere = `${theirs} is distinct from old.${quote(pair.theirs.name)}`;
  const rule = `
        if tg_op = 'INSERT' and ${theirs} is not null and (${ours} is null${isDefault})
           or tg_op = 'UPDATE' and not ${changed} and ${changedThere} then
          ${ours} := ${toOurs('new', pair)};
        elsif (tg_op = 'INSERT' and ${ours} is not null or tg_op = 'UPDATE' and ${changed})
              and (${toOurs('new', pair)}) is distinct from ${ours} then
          ${theirs} := ${isSigningTime(table, pair) ? 'to_timestamp(0)' : toTheirs('new', pair)};
        end if;`;
  const isText = pair.ours.family === 'time' && FAMILIES.string.includes(pair.theirs.typeName);
  // A text that is no time must not refuse the write.
  return isText ? `begin ${rule} exception when data_exception then null; end;` : rule;
}

/** Better Auth before 1.7 signs with the newest key. It cannot use our keys, so they must look old. */
function isSigningTime(table: string, { ours }: MirroredPair): boolean {
  return table === 'jwks' && ours.name === 'created_at';
}
