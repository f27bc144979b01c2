import { readFileSync } from 'node:fs';

/**
 * Whether a process of this number runs, be it anybody's. One that has ended and whom nobody asks how, as in a container
 * without an init, does not.
 */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && statusOf(pid)[0] !== 'Z';
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/**
 * Tells a process from a later one of the same number by when it began; the number alone where there is no /proc.
 * Undefined when it is gone.
 */
export function processIdentity(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  const began = statusOf(pid)[19] ?? '';
  return `${pid} ${began}`.trim();
}

/** proc(5): the fields from the third on, the state; the second is the program's name, which may hold blanks. */
function statusOf(pid: number): string[] {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
