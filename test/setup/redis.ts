import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../src/local/free-port.js';

/** True if this machine has `redis-server`. Tests that need it are skipped without it, except in CI. */
export const hasRedis = Boolean(process.env['CI']) || spawnSync('redis-server', ['--version']).status === 0;

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Suspends the process, so Redis stops answering without closing its connections. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Starts a real, empty Redis that keeps its data only in memory. */
export async function startRedis(port?: number): Promise<TestRedis> {
  const chosen = port ?? (await freePort());
  const child = spawn(
    'redis-server',
    ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const end = once(child, 'close');
  await new Promise<void>((done, fail) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Ready to accept connections')) done();
    });
    void end.then(() => fail(new Error(`redis-server ended: ${said}`)));
  });
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGKILL');
      await end;
    },
  };
}
