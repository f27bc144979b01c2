import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { ConfiguredFields } from '../config/configured-fields.js';
import { readTables, withMarkers } from '../database/tables.js';
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

/** Milliseconds that a step waits for older transactions, because they may still follow the previous mode. */
const LONGEST_WAIT = 10_000;
/** Milliseconds between two checks of these transactions. */
const POLL = 50;

/** For each function in the schema `gatehouse`: the table of its triggers, and their events. */
const TRIGGERS: Readonly<Record<string, readonly string[]>> = {
  users_address: ['users', 'insert', 'update'],
  users_columns: ['users', 'insert', 'update'],
  users_password: ['users', 'insert', 'update'],
  accounts_password: ['accounts', 'insert', 'update', 'delete'],
  users_token_cutoff: ['users', 'update'],
  accounts_token_cutoff: ['accounts', 'insert', 'update'],
};

/** @throws {StartupFault} if rows block the step, or if the next mode is `ended`, because only `end` goes there. */
export async function forward(dataSource: DataSource, options: StepOptions): Promise<void> {
  const { mode } = await readSwitchOver(dataSource);
  const next = neighbour(mode, 1);
  if (next === undefined) throw new StartupFault('There is no next mode, because the switch-over has ended.');
  if (next === 'ended') {
    throw new StartupFault(
      'The mode stays gatehouse, because there is no way back from the next one. To go there: npm run switch-over -- end --confirm',
    );
  }
  await requireNothingPending(dataSource, mode, options);
  await change(dataSource, mode, next);
  if (next === 'both') await writeBackPasswords(dataSource);
}

/** @throws {StartupFault} in the first mode and in the last. */
export async function back(dataSource: DataSource): Promise<void> {
  const { mode } = await readSwitchOver(dataSource);
  const previous = neighbour(mode, -1);
  if (previous === undefined) {
    throw new StartupFault(
      mode === 'ended'
        ? 'There is no way back, because the switch-over has ended and its triggers are dropped.'
        : `There is no mode before ${mode}, because it is the first.`,
    );
  }
  await change(dataSource, mode, previous);
  if (previous === 'both') await catchUp(dataSource, previous);
}

/** @throws {StartupFault} if the mode is not `gatehouse`, if rows block the step, or if it is not confirmed. */
export async function end(dataSource: DataSource, options: StepOptions): Promise<void> {
  const { mode } = await readSwitchOver(dataSource);
  if (mode === 'ended') throw new StartupFault('The switch-over has already ended.');
  if (mode !== 'gatehouse') {
    throw new StartupFault(
      `The mode is ${mode}, but the switch-over can end only in the mode gatehouse. Go there first: npm run switch-over -- forward`,
    );
  }
  await requireNothingPending(dataSource, mode, options);
  if (!options.confirmed) {
    throw new StartupFault(
      'Nothing was changed, because there is no way back from this step. It drops the triggers and the views with ' +
        'old names, and afterwards Gatehouse refuses JWTs of the legacy application. ' +
        'To do it: npm run switch-over -- end --confirm',
    );
  }
  const runner = withMarkers(dataSource.createQueryRunner(), await readTables(dataSource));
  try {
    await inShortTransaction(runner, 'end the switch-over', async () => {
      for (const [name, [table, ...events]] of Object.entries(TRIGGERS)) {
        for (const event of events)
          await runner.query(`drop trigger if exists gatehouse_${name}_${event} on {physical ${table}}`);
        await runner.query(`drop function if exists gatehouse.${name}()`);
        await runner.query(
          `drop function if exists gatehouse.${name}_row({table ${table}}, {table ${table}}, text)`,
        );
      }
      await dropLegacyNames(runner);
      await runner.query('delete from gatehouse.legacy_tokens');
      await runner.query('delete from gatehouse.legacy_token_cutoffs');
      await runner.query(`update gatehouse.switch_over set mode = 'ended', since = now()`);
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
    throw new StartupFault(
      `The mode stays ${mode}. Pending migrations: ${migrations.length}. Run first: npm run migration:run`,
    );
  }
  const pending = await findPending(dataSource, mode);
  const blocking = pending.filter(({ name }) => !(acceptConflicts && name === 'conflicts'));
  if (blocking.length > 0) throw new StartupFault(describeRefusal(mode, blocking));
}

function describeRefusal(mode: Mode, pending: readonly Pending[]): string {
  const reasons = pending.map(({ message, count, remedy }) => `  - ${message}: ${count}. ${remedy}`);
  return `The mode stays ${mode}, because these rows block the next step:\n${reasons.join('\n')}`;
}

async function change(dataSource: DataSource, from: Mode, to: Mode): Promise<void> {
  const [, changed] = (await dataSource.query(
    'update gatehouse.switch_over set mode = $2, since = clock_timestamp() where mode = $1',
    [from, to],
  )) as [unknown, number];
  if (changed !== 1) {
    throw new StartupFault(
      `The mode is no longer ${from}, because another command changed it. To see it: npm run switch-over -- status`,
    );
  }
  const deadline = performance.now() + LONGEST_WAIT;
  while (await olderTransactions(dataSource)) {
    if (performance.now() > deadline) {
      throw new StartupFault(
        `The mode is ${to} now, but transactions that began before the change are still open after ${LONGEST_WAIT / 1000} s. ` +
          'Wait until they end (pg_stat_activity lists them), then run: npm run switch-over -- catch-up',
      );
    }
    await sleep(POLL);
  }
}

async function olderTransactions(dataSource: DataSource): Promise<boolean> {
  const rows: unknown[] = await dataSource.query(
    `select 1 from pg_stat_activity a, gatehouse.switch_over m
     where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
       and a.xact_start < m.since limit 1`,
  );
  return rows.length > 0;
}
