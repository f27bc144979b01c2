import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'node_modules/typeorm/cli.js');

export interface Command {
  /** True if it ended by itself. */
  readonly ended: () => boolean;
  readonly output: () => string;
  /** Resolves when the output contains `text`. Rejects if the command ends without it. */
  told(text: string): Promise<void>;
  /** Exit code; null if it was killed. */
  readonly exit: Promise<number | null>;
  kill(): void;
}

/** Starts the TypeORM CLI on the compiled data source in its own process, as an operator does. */
export function startCommand(
  command: 'run' | 'revert',
  url: string,
  environment: Record<string, string> = {},
): Command {
  const args = [CLI, `migration:${command}`, '-d', join(ROOT, 'dist/ormconfig.js')];
  const inherited = { ...process.env, GATEHOUSE_QUIET: '', DATABASE_URL: url, NO_COLOR: '1' };
  const child = spawn(process.execPath, args, {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return {
    ended: () => child.exitCode !== null,
    output: () => output,
    async told(text) {
      while (!output.includes(text)) {
        const code = await Promise.race([exit, once(child.stdout, 'data')]);
        if (!Array.isArray(code) && !output.includes(text))
          throw new Error(`it exited with ${code} without printing "${text}":\n${output}`);
      }
    },
    exit,
    kill: () => child.kill('SIGKILL'),
  };
}
