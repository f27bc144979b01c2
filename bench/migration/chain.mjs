// Runs the migrations up to the backfills, or all migrations with TypeORM's command like an operator.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../dist/migrations/index.js';
import { onDatabase } from './legacy-database.mjs';
import { WITHOUT_ENV_FILE } from '../../test/setup/without-env-file.mjs';

const FIRST = 'BackfillUsers1763900900000';
const LAST = 'BackfillCredentialAccounts1763901000000';
const POLL_MS = 20;

/** Runs all migrations before the backfills, which create the tables, columns, triggers, indexes and keys. */
export async function prepare(url) {
  process.env.GATEHOUSE_QUIET = '1';
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    installExtensions: false,
    extra: { options: '-c timezone=UTC' },
  });
  await dataSource.initialize();
  const queryRunner = dataSource.createQueryRunner();
  try {
    await queryRunner.query(
      'create table gatehouse_migrations (id serial primary key, timestamp bigint not null, name varchar not null)',
    );
    for (const Migration of MIGRATIONS) {
      if (Migration.name === FIRST) break;
      const migration = new Migration();
      await migration.up(queryRunner);
      await queryRunner.query('insert into gatehouse_migrations (timestamp, name) values ($1, $2)', [
        Migration.name.slice(-13),
        Migration.name,
      ]);
    }
    await queryRunner.query('vacuum analyze');
  } finally {
    await queryRunner.release();
    await dataSource.destroy();
  }
}

/**
 * Runs `typeorm migration:run` in its own process.
 * @returns the seconds of the two backfills and of the whole run, and the peak of the process's resident memory in MiB.
 */
export async function migrate(url) {
  const child = spawn(
    process.execPath,
    ['node_modules/typeorm/cli.js', 'migration:run', '-d', 'dist/ormconfig.js'],
    {
      env: { ...WITHOUT_ENV_FILE, PATH: process.env.PATH, DATABASE_URL: url },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const began = performance.now();
  let end;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes(`${LAST} has been executed`)) end = performance.now();
  });
  const closed = new Promise((done) => child.once('close', done));
  let memory = 0;
  const watch = setInterval(() => (memory = Math.max(memory, peakMemory(child.pid))), POLL_MS);
  try {
    const start = await onDatabase(url, (client) => backfillStart(client, child));
    const code = await closed;
    if (code !== 0) throw new Error(`migration:run ended with code ${code}.`);
    return { backfill: (end - start) / 1000, whole: (performance.now() - began) / 1000, memory };
  } finally {
    clearInterval(watch);
  }
}

/**
 * Waits until the first backfill has started and returns the time. It sends no queries after that, because backfills slow
 * down for other traffic.
 */
async function backfillStart(client, child) {
  while (!(await hasStarted(client))) {
    if (child.exitCode !== null) throw new Error(`migration:run ended with code ${child.exitCode}.`);
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  return performance.now();
}

async function hasStarted(client) {
  try {
    const { rows } = await client.query('select exists (select from gatehouse.backfills) as started');
    return rows[0].started;
  } catch (error) {
    // The migration that creates the table has not run yet.
    if (error.code === '42P01') return false;
    throw error;
  }
}

function peakMemory(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
