import type { DataSource } from 'typeorm';
import { readLegacyColumns } from '../legacy/legacy-columns.js';
import { isUsableHash } from '../legacy/password-formats.js';
import { textExpressions } from '../legacy/text-expressions.js';
import { passwordDiffers } from '../legacy/write-back.js';
import type { Mode } from './mode.js';

/** Rows that are not the same in both worlds, and so stand in the way of the next mode. */
export interface Pending {
  readonly name: string;
  readonly message: string;
  readonly count: number;
  readonly remedy: string;
}

interface Check extends Omit<Pending, 'count'> {
  /** Modes that cannot be left for the next one meanwhile. */
  readonly holds: readonly Mode[];
  readonly count: string;
}

const CATCH_UP = 'npm run switch-over -- catch-up';

/** What stands between `mode` and the next one. Reads every user. */
export async function findPending(dataSource: DataSource, mode: Mode): Promise<Pending[]> {
  const found: Pending[] = [];
  for (const { holds, count, ...check } of await checks(dataSource)) {
    if (!holds.includes(mode)) continue;
    const [row] = await dataSource.query<{ count: number }[]>(
      `select count(*)::integer as count from ${count}`,
    );
    if (row && row.count > 0) found.push({ ...check, count: row.count });
  }
  return found;
}

async function checks(dataSource: DataSource): Promise<Check[]> {
  const { password, active } = await readLegacyColumns(dataSource);
  const { normalised } = await textExpressions(dataSource);
  return [
    {
      name: 'emails',
      message: 'users have an e-mail that is not trimmed and in lower case, and no conflict is noted',
      holds: ['legacy', 'both', 'gatehouse'],
      count: `users u where u.email::text <> ${normalised('u.email')}
        and not exists (select 1 from gatehouse_conflicts c where c.user_id = u.id::text)`,
      remedy: CATCH_UP,
    },
    {
      name: 'putAside',
      message: 'rows were put aside in gatehouse_quarantine',
      holds: ['legacy', 'both', 'gatehouse'],
      count: 'gatehouse_quarantine',
      remedy: `${CATCH_UP}; what is left has to be mended by hand, see the reason there`,
    },
    {
      name: 'conflicts',
      message: 'users share an e-mail but for case or blanks',
      holds: ['both'],
      count: 'gatehouse_conflicts',
      remedy: `decide whose it is, then ${CATCH_UP}; or go on with --accept-conflicts`,
    },
    ...(password ? passwordChecks(password) : []),
    ...(active
      ? [
          {
            name: 'deactivated',
            message: `users are deactivated in ${active} and not banned`,
            holds: ['legacy', 'both'] as const,
            count: `users u where u.${active} is false and not u.banned`,
            remedy: CATCH_UP,
          },
        ]
      : []),
  ];
}

function passwordChecks(column: string): Check[] {
  return [
    {
      name: 'accounts',
      message: `users have a usable password in ${column} and no credential account`,
      holds: ['legacy', 'both'],
      count: `users u where ${isUsableHash(`u.${column}`)} and not exists (
        select 1 from accounts a where a.provider_id = 'credential' and a.provider_user_id = u.id::text)`,
      remedy: CATCH_UP,
    },
    {
      name: 'passwords',
      message: `users have another password in ${column} than in their credential account`,
      holds: ['both'],
      count: `users u join accounts a on ${passwordDiffers(column)}`,
      remedy: CATCH_UP,
    },
  ];
}
