import type { DataSource } from 'typeorm';
import { readTables, withTables } from '../database/tables.js';
import { readLegacyColumns } from '../legacy/legacy-columns.js';
import { NO_PASSWORD } from '../legacy/write-back.js';
import { MODES, neighbour, readSwitchOver, type Mode } from './mode.js';
import { findPending, type Pending } from './pending.js';

export interface Status {
  readonly mode: Mode;
  readonly since: string;
  readonly forward: Mode | null;
  readonly back: Mode | null;
  /** Rows that block the step forward. */
  readonly pending: readonly Pending[];
  /** Number of users whose password hash the legacy application cannot read. */
  readonly unreadable: number;
}

export async function readStatus(dataSource: DataSource): Promise<Status> {
  const { mode, since } = await readSwitchOver(dataSource);
  const { password } = await readLegacyColumns(dataSource);
  const [row] = password
    ? await withTables(await readTables(dataSource), dataSource).query<{ count: number }[]>(
        `select count(*)::integer as count from {table users} where ${password} = '${NO_PASSWORD}'`,
      )
    : [];
  return {
    mode,
    since: since.toISOString(),
    forward: neighbour(mode, 1) ?? null,
    back: neighbour(mode, -1) ?? null,
    pending: await findPending(dataSource, mode),
    unreadable: row?.count ?? 0,
  };
}

const MEANING: Readonly<Record<Mode, string>> = {
  legacy: 'Triggers copy the writes of the legacy application to Gatehouse.',
  both: 'Triggers copy the writes of the legacy application to Gatehouse, and new passwords back to it.',
  gatehouse: 'Triggers copy only new passwords, from Gatehouse to the legacy application.',
  ended: 'Nothing is copied between Gatehouse and the legacy application.',
};

/** Text for a person. Its last lines say what blocks the next step, or which command takes it. */
export function describeStatus(status: Status): string {
  const { mode, since, unreadable } = status;
  return [
    `Mode: ${mode} (${MODES.indexOf(mode) + 1} of ${MODES.length}), since ${since}. ${MEANING[mode]}`,
    ...(unreadable > 0
      ? [
          `Users whose password hash the legacy application cannot read: ${unreadable}. ` +
            'To sign in there, they must reset their password there.',
        ]
      : []),
    ...describeNextStep(status),
  ].join('\n');
}

function describeNextStep({ forward, pending }: Status): string[] {
  if (forward === null) return [];
  if (pending.length > 0) {
    const rows = pending.map(({ message, count, remedy }) => `  ${message}: ${count}\n     → ${remedy}`);
    return [`These rows block the next step, to the mode ${forward}:`, ...rows];
  }
  return forward === 'ended'
    ? ['Nothing blocks the last step. There is no way back from it: npm run switch-over -- end --confirm']
    : ['Nothing blocks the next step: npm run switch-over -- forward'];
}
