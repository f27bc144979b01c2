import type { DataSource } from 'typeorm';
import { readTables, withTables } from '../database/tables.js';
import { isKeptOutSql, readExpectedValues } from '../legacy/expected-values.js';
import { readLegacyColumns } from '../legacy/legacy-columns.js';
import { isUsableHash, legacyPassword, type LegacyPassword } from '../legacy/password-formats.js';
import { textExpressions } from '../legacy/text-expressions.js';
import { passwordDiffers } from '../legacy/write-back.js';
import type { Mode } from './mode.js';

/** Rows that block the next mode, because they differ between the legacy application and Gatehouse. */
export interface Pending {
  readonly name: string;
  /** Names the rows that `count` counts. */
  readonly message: string;
  readonly count: number;
  readonly remedy: string;
}

interface Check extends Omit<Pending, 'count'> {
  /** While there are such rows, `forward` refuses to leave these modes. */
  readonly blocks: readonly Mode[];
  /** SQL after `select count(*) from`. */
  readonly count: string;
}

const CATCH_UP = 'Run: npm run switch-over -- catch-up';

/** Finds the rows that block the step from `mode` to the next one. Reads every user. */
export async function findPending(dataSource: DataSource, mode: Mode): Promise<Pending[]> {
  const found: Pending[] = [];
  const queries = withTables(await readTables(dataSource), dataSource);
  for (const { blocks, count, ...check } of await checks(dataSource)) {
    if (!blocks.includes(mode)) continue;
    const [row] = await queries.query<{ count: number }[]>(`select count(*)::integer as count from ${count}`);
    if (row && row.count > 0) found.push({ ...check, count: row.count });
  }
  return found;
}

async function checks(dataSource: DataSource): Promise<Check[]> {
  const columns = await readLegacyColumns(dataSource);
  const password = legacyPassword(columns, 'u');
  const hasLegacyRules = (await readExpectedValues(dataSource)).length > 0;
  const { normalised, presence } = await textExpressions(dataSource);
  return [
    {
      name: 'emails',
      message: 'Users whose e-mail is not trimmed and in lower case, and who are not in gatehouse.conflicts',
      blocks: ['legacy', 'both', 'gatehouse'],
      count: `{users} u where u.email::text <> ${normalised('u.email')} and ${presence('u.email')} is not null
        and not exists (select 1 from gatehouse.conflicts c where c.user_id = u.id::text)`,
      remedy: CATCH_UP,
    },
    {
      name: 'putAside',
      message: 'Rows in gatehouse.quarantine',
      blocks: ['legacy', 'both', 'gatehouse'],
      count: 'gatehouse.quarantine',
      remedy: `${CATCH_UP}. Then correct the rows that remain; their column "reason" says what is wrong.`,
    },
    {
      name: 'conflicts',
      message: `Users whose e-mail differs from another user's only in case or spaces`,
      blocks: ['both'],
      count: 'gatehouse.conflicts',
      remedy:
        'Decide who keeps the address and change the other, then run: npm run switch-over -- catch-up. ' +
        'To leave them as they are: npm run switch-over -- forward --accept-conflicts',
    },
    ...(password ? passwordChecks(password) : []),
    ...(hasLegacyRules
      ? [
          {
            name: 'deactivated',
            message: 'Users whom the legacy columns keep out, but who are not banned',
            blocks: ['legacy', 'both'] as const,
            count: `{users} u join {table users} legacy on legacy.id = u.id
              where ${isKeptOutSql('legacy')} and not u.banned`,
            remedy: CATCH_UP,
          },
        ]
      : []),
  ];
}

function passwordChecks(legacy: LegacyPassword): Check[] {
  const column = legacy.hash.replace(/^u\./, '');
  return [
    {
      name: 'accounts',
      message: `Users with a usable password in ${column} but no credential account`,
      blocks: ['legacy', 'both'],
      count: `{table users} u where ${isUsableHash(legacy)} and not exists (
        select 1 from {accounts} a where a.provider_id = 'credential' and a.provider_user_id = u.id::text)`,
      remedy: CATCH_UP,
    },
    {
      name: 'passwords',
      message: `Users whose password in ${column} differs from that in their credential account`,
      blocks: ['both'],
      count: `{table users} u join {accounts} a on ${passwordDiffers(legacy)}`,
      remedy: CATCH_UP,
    },
  ];
}
