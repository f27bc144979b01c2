import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { ConfiguredFields } from '../config/config.js';
import { StartupFault } from '../errors/startup-fault.js';
import { inShortTransaction } from '../legacy/short-transaction.js';
import { pendingMigrations } from '../migrating/expected-migrations.js';
import { catchUp, writeBackPasswords } from './catch-up.js';
import { dropLegacyNames } from './drop-legacy-names.js';
import { neighbour, readSwitchOver, type Mode } from './mode.js';
import { findPending, type Pending } from './pending.js';

export interface StepOptions {
  readonly fields: ConfiguredFields;
  readonly acceptConflicts: boolean;
  readonly confirmed: boolean;
}

/** How long a step waits for transactions that are older than it and may still go by the mode before. */
const PATIENCE = 10_000;
const POLL = 50;

const TRIGGERS: Readonly<Record<string, readonly string[]>> = {
  gatehouse_users_address: ['users', 'insert', 'update'],
  gatehouse_users_columns: ['users', 'insert', 'update'],
  gatehouse_users_password: ['users', 'insert', 'update'],
  gatehouse_accounts_password: ['accounts', 'insert', 'update', 'delete'],
};

/** @throws {StartupFault} when rows are pending, or it is the last step, which `end` takes. */
export async function forward(dataSource: DataSource, options: StepOptions): Promise<void> {
  const { mode } = await readSwitchOver(dataSource);
  const next = neighbour(mode, 1);
  if (next === undefined) throw new StartupFault('The switch-over has ended.');
  if (next === 'ended') throw new StartupFault('The last step has no way back: take it with end --confirm.');
  await requireNothingPending(dataSource, mode, options);
  await change(dataSource, mode, next);
  if (next === 'both') await writeBackPasswords(dataSource);
}

/** @throws {StartupFault} from the first mode, and from the last. */
export async function back(dataSource: DataSource): Promise<void> {
  const { mode } = await readSwitchOver(dataSource);
  const previous = neighbour(mode, -1);
  if (previous === undefined) {
    throw new StartupFault(
      mode === 'ended' ? 'The switch-over has ended, and its triggers are gone.' : 'This is the first mode.',
    );
  }
  await change(dataSource, mode, previous);
  if (previous === 'both') await catchUp(dataSource, previous);
}

/** @throws {StartupFault} unless it is confirmed, from the last mode but one and with nothing pending. */
export async function end(dataSource: DataSource, options: StepOptions): Promise<void> {
  const { mode } = await readSwitchOver(dataSource);
  if (neighbour(mode, 1) !== 'ended')
    throw new StartupFault(`The switch-over can be ended in the mode gatehouse only; it is ${mode}.`);
  await requireNothingPending(dataSource, mode, options);
  if (!options.confirmed) {
    throw new StartupFault(
      'This drops the triggers and the views under old names, and JWTs of the legacy application are refused from ' +
        'then on. There is no way back: repeat it with --confirm.',
    );
  }
  const runner = dataSource.createQueryRunner();
  try {
    await inShortTransaction(runner, 'end the switch-over', async () => {
      for (const [name, [table, ...events]] of Object.entries(TRIGGERS)) {
        for (const event of events) await runner.query(`drop trigger if exists ${name}_${event} on ${table}`);
        await runner.query(`drop function if exists ${name}()`);
      }
      await dropLegacyNames(runner);
      await runner.query('delete from gatehouse_legacy_tokens');
      await runner.query(`update gatehouse_switch_over set mode = 'ended', since = now()`);
    });
  } finally {
    await runner.release();
  }
}

async function requireNothingPending(
  dataSource: DataSource,
  mode: Mode,
  { fields, acceptConflicts }: StepOptions,
): Promise<void> {
  const migrations = await pendingMigrations(dataSource, fields);
  if (migrations.length > 0) {
    throw new StartupFault(`${migrations.length} migrations are pending: run npm run migration:run first.`);
  }
  const pending = await findPending(dataSource, mode);
  const holding = pending.filter(({ name }) => !(acceptConflicts && name === 'conflicts'));
  if (holding.length > 0) throw new StartupFault(describeRefusal(mode, holding));
}

function describeRefusal(mode: Mode, pending: readonly Pending[]): string {
  const reasons = pending.map(({ count, message, remedy }) => `  - ${count} ${message}: ${remedy}`);
  return `The mode stays ${mode}, because rows are pending:\n${reasons.join('\n')}`;
}

async function change(dataSource: DataSource, from: Mode, to: Mode): Promise<void> {
  const [, changed] = (await dataSource.query(
    'update gatehouse_switch_over set mode = $2, since = clock_timestamp() where mode = $1',
    [from, to],
  )) as [unknown, number];
  if (changed !== 1) throw new StartupFault('Somebody else has changed the mode meanwhile.');
  const deadline = performance.now() + PATIENCE;
  while (await olderTransactions(dataSource)) {
    if (performance.now() > deadline) {
      throw new StartupFault(
        `The mode is ${to} now, but transactions that began before are still open. ` +
          'Run npm run switch-over -- catch-up when they have ended (pg_stat_activity shows them).',
      );
    }
    await sleep(POLL);
  }
}

async function olderTransactions(dataSource: DataSource): Promise<boolean> {
  const rows: unknown[] = await dataSource.query(
    `select 1 from pg_stat_activity a, gatehouse_switch_over m
     where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
       and a.xact_start < m.since limit 1`,
  );
  return rows.length > 0;
}
