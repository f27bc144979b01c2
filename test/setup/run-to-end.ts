import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { environmentOf } from './environment-of.js';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  /** The text on standard error. */
  readonly err: string;
}

/**
 * Runs a Node program until it ends. Its environment contains only the given variables, PATH and HOME.
 * @param file the path of the program in the project
 */
export async function runToEnd(
  file: string,
  options: { environment?: Record<string, string>; folder?: string; arguments?: readonly string[] } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [resolve(file), ...(options.arguments ?? [])], {
    cwd: options.folder ?? process.cwd(),
    env: { ...environmentOf(options.folder), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number | null, out, err };
}

/** Expects exit code 1 and exactly one line on standard error, without a stack trace and without the password. */
export function expectOneSentence({ code, err }: Ended, sentence: RegExp, password?: string): void {
  expect(err.trimEnd()).toMatch(sentence);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(err).not.toMatch(/^\s+at /m);
  if (password) expect(err).not.toContain(password);
  expect(code).toBe(1);
}
