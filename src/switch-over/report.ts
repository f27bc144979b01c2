import type { DataSource } from 'typeorm';
import { readLegacyColumns } from '../legacy/legacy-columns.js';
import { NO_PASSWORD } from '../legacy/write-back.js';
import { neighbour, readSwitchOver, type Mode } from './mode.js';
import { findPending, type Pending } from './pending.js';

export interface Status {
  readonly mode: Mode;
  readonly since: string;
  readonly forward: Mode | null;
  readonly back: Mode | null;
  /** What holds the step forward up. */
  readonly pending: readonly Pending[];
  /** Users whose password is by now in a format that the legacy application cannot read. */
  readonly unreadable: number;
}

export async function readStatus(dataSource: DataSource): Promise<Status> {
  const { mode, since } = await readSwitchOver(dataSource);
  const { password } = await readLegacyColumns(dataSource);
  const [row] = password
    ? await dataSource.query<{ count: number }[]>(
        `select count(*)::integer as count from users where ${password} = '${NO_PASSWORD}'`,
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
  legacy: 'the legacy application writes, and what it writes comes over',
  both: 'what either side writes reaches the other',
  gatehouse: 'Gatehouse writes, and its passwords still reach the legacy application',
  ended: 'the two are separate',
};

/** For a person. */
export function describeStatus({ mode, since, forward, pending, unreadable }: Status): string {
  return [
    `Mode ${mode} since ${since}: ${MEANING[mode]}.`,
    ...(unreadable > 0
      ? [`${unreadable} users have a password that the legacy application cannot read; they reset it there.`]
      : []),
    ...pending.map(({ count, message, remedy }) => `  ${count} ${message}\n     → ${remedy}`),
    ...(forward ? [pending.length > 0 ? `Not ready for ${forward}.` : `Ready for ${forward}.`] : []),
  ].join('\n');
}
