import pg from 'pg';
import type { QueryRunner } from 'typeorm';

interface Trigger {
  readonly name: string;
  /** `tgenabled` of pg_trigger: `A` if the trigger fires always. */
  readonly mode: 'O' | 'A';
}

/**
 * Runs `work`, which updates users, in the caller's transaction. If `LEGACY_TRIGGERS` was `suspend` when the migrations
 * began, disables the application's own triggers meanwhile. Other sessions that write the table then wait for the end of
 * the transaction.
 */
export async function sparingTriggers<Result>(
  runner: QueryRunner,
  work: () => Promise<Result>,
): Promise<Result> {
  const suspends = (await runner.query(
    `select 1 from gatehouse.choices where variable = 'LEGACY_TRIGGERS' and value = 'suspend'`,
  )) as unknown[];
  if (suspends.length === 0) return await work();
  const triggers = (await runner.query(
    `select tgname as name, tgenabled as mode from pg_trigger
     where tgrelid = to_regclass('{physical users}') and not tgisinternal and tgname not like 'gatehouse\\_%'
       and tgenabled in ('O', 'A') and (tgtype & 1 = 1 or tgoldtable is not null or tgnewtable is not null)
       and tgtype & 16 = 16 order by tgname`,
  )) as Trigger[];
  const alter = (change: string) => runner.query(`alter table {physical users} ${change}`);
  for (const { name } of triggers) await alter(`disable trigger ${pg.escapeIdentifier(name)}`);
  const result = await work();
  for (const { name, mode } of triggers)
    await alter(`enable ${mode === 'A' ? 'always ' : ''}trigger ${pg.escapeIdentifier(name)}`);
  return result;
}
