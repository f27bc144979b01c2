import type { QueryRunner } from 'typeorm';
import type { Forecast } from './inspection.js';

/**
 * Users that the backfills move in a second, measured by `npm run bench:migration` on 2 processors (see "How long it
 * takes" in migrations/README.md).
 */
export const USERS_A_SECOND = 17_000;

const USERS_BACKFILL = 'backfill users';

/** Numbers of rows that the pending backfills write, by what they write. */
export async function rowsToWrite(
  queryRunner: QueryRunner,
  pending: readonly string[],
  forecast: Forecast | undefined,
): Promise<Record<string, number>> {
  if (forecast) return { users: forecast.users, 'credential accounts': forecast.accounts };
  const isPending = (migration: string) => pending.some((name) => name.startsWith(migration));
  if (isPending('AdoptTables') || !isPending('BackfillUsers')) return {};
  const [left] = (await queryRunner.query(
    `select greatest(0, (select count(*) from users)
              - coalesce((select rows from gatehouse.backfills where name = $1), 0))::integer as users`,
    [USERS_BACKFILL],
  )) as { users: number }[];
  return left ? { users: left.users } : {};
}

export const secondsFor = ({ users = 0 }: Readonly<Record<string, number>>): number =>
  Math.ceil(users / USERS_A_SECOND);
