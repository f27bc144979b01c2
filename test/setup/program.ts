import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { environmentOf } from './environment-of.js';

/** A compiled program in its own process, as an operator runs it. */
export interface Program {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** Everything that it has written to standard output and standard error so far. */
  output(): string;
  /** Waits until the output contains the text. Rejects if the program ends before. */
  told(text: string): Promise<void>;
  /** Waits for the end of the program and returns its exit code. */
  ended(): Promise<number | null>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ProgramOptions {
  readonly environment?: Record<string, string>;
  readonly folder?: string;
  readonly arguments?: readonly string[];
  /** Flags for Node itself. */
  readonly nodeFlags?: readonly string[];
  /** If true, the program gets its own process group, and `stop` signals the whole group like Ctrl-C in a terminal. */
  readonly terminal?: boolean;
}

/** Runs `dist/<file>`. Its environment contains only the given variables, PATH and HOME. */
export function startProgram(file: string, options: ProgramOptions = {}): Program {
  const child = spawn(
    process.execPath,
    [...(options.nodeFlags ?? []), resolve('dist', file), ...(options.arguments ?? [])],
    {
      cwd: options.folder ?? process.cwd(),
      env: { ...environmentOf(options.folder), ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.terminal ?? false,
    },
  );
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
          fail(new Error(`${file} ended with code ${code} before it printed "${text}":\n${output}`)),
        );
      }),
  };
}
