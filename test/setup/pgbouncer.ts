import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/local/free-port.js';
import type { TestDatabase } from './database.js';

/** True if this machine has `pgbouncer`. Tests that need it are skipped without it, except in CI. */
export const hasPgBouncer = Boolean(process.env['CI']) || spawnSync('pgbouncer', ['--version']).status === 0;

export interface TestPgBouncer {
  /** The URL of the same database through PgBouncer. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a real PgBouncer in front of `database`. `settings` are lines of pgbouncer.ini. */
export async function startPgBouncer(
  database: TestDatabase,
  settings: Record<string, string>,
): Promise<TestPgBouncer> {
  const [server, port] = [new URL(database.url), await freePort()];
  const name = server.pathname.slice(1);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-pgbouncer-'));
  await chmod(folder, 0o755);
  const file = join(folder, 'pgbouncer.ini');
  const common = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'any',
  };
  // PgBouncer refuses to run as root, so it has to change to another user.
  const user = process.getuid?.() === 0 ? { user: 'postgres' } : {};
  const lines = Object.entries({ ...common, ...user, ...settings }).map(
    ([key, value]) => `${key} = ${value}`,
  );
  await writeFile(
    file,
    `[databases]
${name} = host=${server.hostname} port=${server.port} dbname=${name} user=${server.username} password=${server.password}
[pgbouncer]
${lines.join('\n')}
`,
  );
  const child = spawn('pgbouncer', [file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const end = once(child, 'close');
  await new Promise<void>((done, fail) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('process up')) done();
    });
    child.once('error', fail);
    void end.then(() => fail(new Error(`pgbouncer ended: ${said}`)));
  });
  const url = new URL(database.url);
  url.port = String(port);
  return {
    url: url.href,
    async stop() {
      child.kill('SIGKILL');
      await end;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
