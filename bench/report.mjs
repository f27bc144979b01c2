import { cpus, totalmem } from 'node:os';
import { shown } from './figures.mjs';

const WIDTH = 40;

export const machine = () =>
  `Node.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB; the load generator, the servers and PostgreSQL run on this machine`;

/** The text of one row of the benchmark: its bars, then its figures with their targets. */
export function text({ title, bars = [], figures, notes = [] }) {
  const longest = Math.max(...bars.map(({ name }) => name.length), 0);
  const most = Math.max(...bars.map(({ rate }) => rate), 1);
  return [
    `\n${title}`,
    ...bars.map(
      ({ name, rate, p99 }) =>
        `  ${name.padEnd(longest)}  ${'█'.repeat(Math.max(1, Math.round((rate / most) * WIDTH))).padEnd(WIDTH)} ${shown(rate).padStart(6)}/s${p99 === undefined ? '' : `  p99 ${shown(p99)} ms`}`,
    ),
    ...figures.map(
      ({ what, value, target, unit, sign, met }) =>
        `  ${met ? '✓' : '✗'} ${what}: ${shown(value)} ${unit}  (${sign} ${target})`,
    ),
    ...notes.map((note) => `  ${note}`),
    '',
  ].join('\n');
}
