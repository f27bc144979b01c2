import type { DataSource } from 'typeorm';
import { StartupFault } from '../errors/startup-fault.js';
import { sqlState } from './sql-state.js';
import { TABLES, type Tables } from './tables.js';

const INSUFFICIENT_PRIVILEGE = '42501';
const REMEDY = 'Run the grants that npm run migration:plan prints, for this role.';

/**
 * Otherwise the first sign-up would find out.
 * @throws {StartupFault} if the role may not read and write the tables.
 */
export async function requireRights(dataSource: DataSource, tables: Tables): Promise<void> {
  const missing = await dataSource.query<{ role: string; relation: string; right: string }[]>(
    `select current_user as role, relation, string_agg("right", ', ' order by n) as "right"
       from unnest($1::text[]) relation
       cross join (values (1, 'select'), (2, 'insert'), (3, 'update')) as needed (n, "right")
      where not has_any_column_privilege(to_regclass(relation)::oid, "right")
      group by relation order by relation`,
    [TABLES.map((table) => tables.physicalOf(table))],
  );
  const [first] = missing;
  if (!first) return;
  const list = missing.map(({ relation, right }) => `${right} on ${relation}`).join('; ');
  throw new StartupFault(`The role "${first.role}" has no right to ${list}. ${REMEDY}`);
}

/** Turns PostgreSQL's refusal during the start into one sentence. Other errors stay as they are. */
export function asMissingRights(error: unknown): unknown {
  if (sqlState(error) !== INSUFFICIENT_PRIVILEGE) return error;
  return new StartupFault(
    `The role in DATABASE_URL has too few rights: ${(error as Error).message}. ${REMEDY}`,
  );
}
