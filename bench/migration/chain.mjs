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
  // Read and dropped: a full pipe would hold it up.
  createInterface({ input: child.stdout }).on('line', () => {});
  const began = performance.now();
  const closed = new Promise((done) => child.once('close', done));
  let memory = 0;
  const [from, to] = await onDatabase(url, async (client) => {
    let start;
    for (;;) {
      memory = Math.max(memory, peakMemory(child.pid));
      const { started, done } = await howFar(client);
      if (started) start ??= performance.now();
      if (done) return [start, performance.now()];
      if (child.exitCode !== null) throw new Error(`migration:run ended with ${child.exitCode}`);
      await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    }
  });
  const watch = setInterval(() => (memory = Math.max(memory, peakMemory(child.pid))), 100);
  const code = await closed;
  clearInterval(watch);
  if (code !== 0) throw new Error(`migration:run ended with ${code}`);
  return { backfill: (to - from) / 1000, whole: (performance.now() - began) / 1000, memory };
}

async function howFar(client) {
  try {
    const { rows } = await client.query(
      `select exists (select from gatehouse_backfills) as started,
              exists (select from migrations where name = $1) as done`,
      [LAST],
    );
    return rows[0];
  } catch (error) {
    // The chain has not come to its tables yet.
    if (error.code === '42P01') return { started: false, done: false };
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
