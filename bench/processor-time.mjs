import { readFileSync, readdirSync } from 'node:fs';

/** Ticks of a processor's time in a second (proc(5)): Linux has no other rate left. */
const TICKS = 100;

/** Seconds of a processor that the process has used, threads included. */
export function processorTime(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / TICKS;
}

/** The same of each process in which PostgreSQL serves a database; they come and go. */
export function databaseTimes(name) {
  const serving = readdirSync('/proc').filter(
    (entry) => /^\d+$/.test(entry) && commandOf(entry).startsWith(`postgres: postgres ${name} `),
  );
  return new Map(serving.map((pid) => [pid, processorTime(pid)]));
}

/** Seconds that were used between two of these. */
export function timeBetween(earlier, later) {
  return [...later].reduce((sum, [pid, time]) => sum + time - (earlier.get(pid) ?? 0), 0);
}

/** Empty for a process that has ended meanwhile. */
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
