import type { DataSource } from 'typeorm';
import { StartupFault } from '../errors/startup-fault.js';

/** The modes in their order. README.md says what each does. */
export const MODES = ['legacy', 'both', 'gatehouse', 'ended'] as const;
export type Mode = (typeof MODES)[number];

export interface SwitchOver {
  readonly mode: Mode;
  readonly since: Date;
}

/** @throws {StartupFault} if there is nothing to switch over. */
export async function readSwitchOver(dataSource: DataSource): Promise<SwitchOver> {
  const [found] = await dataSource.query<{ found: boolean }[]>(
    `select to_regclass('gatehouse.switch_over') is not null as found`,
  );
  if (!found?.found)
    throw new StartupFault(
      'There is no switch-over yet, because the migrations have not run. Run: npm run migration:run',
    );
  const [state] = await dataSource.query<SwitchOver[]>('select mode, since from gatehouse.switch_over');
  if (state) return state;
  throw new StartupFault(
    'There is nothing to switch over, because the database had no users table before the migrations.',
  );
}

/** The next or the previous mode. Undefined if there is none; from `ended` there is no way back. */
export function neighbour(mode: Mode, step: 1 | -1): Mode | undefined {
  return mode === 'ended' ? undefined : MODES[MODES.indexOf(mode) + step];
}
