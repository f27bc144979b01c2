import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** A compiled program in a process of its own, as an operator runs it. */
export interface Program {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has written so far, both streams. */
  output(): string;
  /** Waits for text in the output; rejects when the program ends without. */
  told(text: string): Promise<void>;
  /** Its exit code, once it has ended. */
  ended(): Promise<number | null>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ProgramOptions {
  readonly environment?: Record<string, string>;
  readonly folder?: string;
  readonly arguments?: readonly string[];
  /** In a process group of its own, as a terminal starts programs; `stop` then signals the whole group, as Ctrl-C does. */
  readonly terminal?: boolean;
}

/** Runs `dist/<file>` with this environment and no other but PATH and HOME. */
export function startProgram(file: string, options: ProgramOptions = {}): Program {
  const child = spawn(process.execPath, [resolve('dist', file), ...(options.arguments ?? [])], {
    cwd: options.folder ?? process.cwd(),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.terminal ?? false,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const end = once(child, 'close').then(([code]) => code as number | null);
  return {
    process: child,
    output: () => output,
    ended: () => end,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null) return end;
      if (options.terminal && child.pid) process.kill(-child.pid, signal);
      else child.kill(signal);
      return end;
    },
    told: (text) =>
      new Promise((done, fail) => {
        const look = () => {
          if (output.includes(text)) done();
        };
        look();
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        void end.then((code) =>
          fail(new Error(`${file} ended with ${code} before it said "${text}":\n${output}`)),
        );
      }),
  };
}
