import { cpus, totalmem } from 'node:os';
import { shown } from './figures.mjs';

const WIDTH = 40;

export const machine = () =>
  `Node.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB; load generator, servers and PostgreSQL share it`;

/** One row of the benchmark: its bars, then its figures against what they should be. */
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
