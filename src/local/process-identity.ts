import { readFileSync } from 'node:fs';

/**
 * True if a process with this id runs, whoever its user is. False for a zombie: a process that has ended, but whose parent
 * has not read its exit code, as happens in containers without an init process.
 */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && statusOf(pid)[0] !== 'Z';
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/**
 * The process id and start time, so that a later process with the same id has another identity. Without /proc only the id.
 * Undefined if the process has ended.
 */
export function processIdentity(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  const began = statusOf(pid)[19] ?? '';
  return `${pid} ${began}`.trim();
}

/** Fields of /proc/<pid>/stat from the third (the state) on; see proc(5). The second, the name, may contain spaces. */
function statusOf(pid: number): string[] {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
