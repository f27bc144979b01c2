import { readFileSync, readdirSync } from 'node:fs';

/** Ticks per second in /proc/<pid>/stat (proc(5)). Linux uses this rate on all machines today. */
const TICKS = 100;

/** Seconds of processor time that the process and its threads have used. */
export function processorTime(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / TICKS;
}

/** Processor time by process id, for each PostgreSQL process that serves this database now. */
export function databaseTimes(name) {
  const serving = readdirSync('/proc').filter(
    (entry) => /^\d+$/.test(entry) && commandOf(entry).startsWith(`postgres: postgres ${name} `),
  );
  return new Map(serving.map((pid) => [pid, processorTime(pid)]));
}

/** Seconds of processor time used between two results of `databaseTimes`. */
export function timeBetween(earlier, later) {
  return [...later].reduce((sum, [pid, time]) => sum + time - (earlier.get(pid) ?? 0), 0);
}

/** The command line of a process, or '' if the process has ended. */
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
