import type { DataSource } from 'typeorm';
import { StartupFault } from '../errors/startup-fault.js';

/** From the first to the last; see migrations/README.md for what each does. */
export const MODES = ['legacy', 'both', 'gatehouse', 'ended'] as const;
export type Mode = (typeof MODES)[number];

export interface SwitchOver {
  readonly mode: Mode;
  readonly since: Date;
}

/** @throws {StartupFault} when there is nothing to switch over. */
export async function readSwitchOver(dataSource: DataSource): Promise<SwitchOver> {
  const [found] = await dataSource.query<{ found: boolean }[]>(
    `select to_regclass('gatehouse_switch_over') is not null as found`,
  );
  if (!found?.found) throw new StartupFault('There is no switch-over yet: run npm run migration:run first.');
  const [state] = await dataSource.query<SwitchOver[]>('select mode, since from gatehouse_switch_over');
  if (state) return state;
  throw new StartupFault('There is nothing to switch over: the database was empty before the migrations.');
}

/** The mode `step` further; undefined when there is none, or no way to it. */
export function neighbour(mode: Mode, step: 1 | -1): Mode | undefined {
  return mode === 'ended' ? undefined : MODES[MODES.indexOf(mode) + step];
}
