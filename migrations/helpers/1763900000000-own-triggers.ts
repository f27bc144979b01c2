import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { readChoices } from './1763900000000-choices.js';

interface Trigger {
  readonly name: string;
  /** `tgenabled` of pg_trigger. */
  readonly mode: 'O' | 'A' | 'R';
}

const FIRING = `
  select tgname as name, tgenabled as mode from pg_trigger
  where tgrelid = to_regclass($1) and not tgisinternal and tgname not like 'gatehouse\\_%'
    and tgenabled in ('O', 'A') and (tgtype & 1 = 1 or tgoldtable is not null or tgnewtable is not null)
    and tgtype & 16 = 16
  order by tgname`;

/** Names of the application's own triggers that an update fires and that see its rows. */
export async function firingTriggers(queryRunner: QueryRunner, table: string): Promise<string[]> {
  return ((await queryRunner.query(FIRING, [table])) as Trigger[]).map(({ name }) => name);
}

/**
 * Runs `work`, which updates rows, in the caller's transaction. If `LEGACY_TRIGGERS` was `suspend`, disables the
 * application's own triggers meanwhile. Other sessions that write the table then wait for the end of the transaction.
 */
export async function sparingTriggers<Result>(
  queryRunner: QueryRunner,
  table: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const { LEGACY_TRIGGERS: choice } = await readChoices(queryRunner);
  if (choice !== 'suspend') return await work();
  const triggers = (await queryRunner.query(FIRING, [table])) as Trigger[];
  const alter = (change: string) => queryRunner.query(`alter table ${table} ${change}`);
  for (const { name } of triggers) await alter(`disable trigger ${quote(name)}`);
  const result = await work();
  for (const { name, mode } of triggers)
    await alter(`enable ${mode === 'A' ? 'always ' : ''}trigger ${quote(name)}`);
  return result;
}
