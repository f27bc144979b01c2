// The chain of migrations up to its backfills, and all of it as an operator runs it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../dist/migrations/index.js';
import { onDatabase } from './legacy-database.mjs';

const FIRST = 'BackfillUsers1763900900000';
const LAST = 'BackfillCredentialAccounts1763901000000';
const LOOK_EVERY_MS = 20;

/** Everything before the first row is moved: the tables, columns, triggers, indexes and keys that all contestants write to. */
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
      'create table migrations (id serial primary key, timestamp bigint not null, name varchar not null)',
    );
    for (const Migration of MIGRATIONS) {
      if (Migration.name === FIRST) break;
      const migration = new Migration();
      await migration.up(queryRunner);
      await queryRunner.query('insert into migrations (timestamp, name) values ($1, $2)', [
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
 * `typeorm migration:run` in a process of its own.
 * @returns seconds that the two backfills took and that the run took, and the process's largest resident memory in MB.
 */
export async function migrate(url) {
  const child = spawn(
    process.execPath,
    ['node_modules/typeorm/cli.js', 'migration:run', '-d', 'dist/ormconfig.js'],
    { env: { PATH: process.env.PATH, DATABASE_URL: url }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const began = performance.now();
  let end;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes(`${LAST} has been executed`)) end = performance.now();
  });
  const closed = new Promise((done) => child.once('close', done));
  let memory = 0;
  const watch = setInterval(() => (memory = Math.max(memory, peakMemory(child.pid))), LOOK_EVERY_MS);
  try {
    const start = await onDatabase(url, (client) => beginning(client, child));
    const code = await closed;
    if (code !== 0) throw new Error(`migration:run ended with ${code}`);
    return { backfill: (end - start) / 1000, whole: (performance.now() - began) / 1000, memory };
  } finally {
    clearInterval(watch);
  }
}

/** When the first backfill is noted. Nobody asks from then on: that would be traffic, to which backfills give way. */
async function beginning(client, child) {
  while (!(await hasStarted(client))) {
    if (child.exitCode !== null) throw new Error(`migration:run ended with ${child.exitCode}`);
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
  return performance.now();
}

async function hasStarted(client) {
  try {
    const { rows } = await client.query('select exists (select from gatehouse_backfills) as started');
    return rows[0].started;
  } catch (error) {
    // The chain has not come to its tables yet.
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
