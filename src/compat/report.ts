import type { Compatibility } from './compatibility.js';
import type { Finding } from '../migrating/finding.js';
import type { ComparedTable } from './row-comparison.js';

const TITLES: Readonly<Record<Finding['area'], string>> = {
  migrations: 'Migrations',
  structure: 'Structure',
  data: 'Data',
  'better-auth': "Better Auth's own check",
};

/** Text for a person: the findings by area, each with its remedy, and the verdict on the last line. */
export function describeCompatibility({
  compatible,
  users,
  compared,
  skipped,
  findings,
}: Compatibility): string {
  const areas = (Object.keys(TITLES) as Finding['area'][]).flatMap((area) => {
    const found = findings.filter((finding) => finding.area === area);
    return found.length === 0 ? [] : [TITLES[area], ...found.flatMap(describe), ''];
  });
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.length - errors;
  const tally = `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  const verdict = compatible
    ? `Compatible with Better Auth: ${count(users, 'user')}, ${tally}.`
    : `NOT compatible with Better Auth: ${tally}. Correct the errors above, then run again: npm run compat:check`;
  return [...areas, ...compared.map(describeComparison), ...skipped, verdict].join('\n');
}

function describe({ level, message, count: rows, examples = [], remedy }: Finding): string[] {
  const more = rows !== undefined && rows > examples.length ? ', …' : '';
  return [
    `  ${level.padEnd(7)}  ${message}${rows === undefined ? '' : `: ${rows}`}`,
    ...(examples.length > 0 ? [`           ${examples.join(', ')}${more}`] : []),
    `           → ${remedy}`,
  ];
}

function describeComparison({ what, rows, different, changedSince, checksums }: ComparedTable): string {
  const since = changedSince > 0 ? `, ${changedSince} changed in Gatehouse since the backfill` : '';
  const [legacy, ours] = checksums;
  const sums = legacy === ours ? `checksum ${ours}` : `checksums ${legacy} (legacy) and ${ours} (Gatehouse)`;
  return `Compared ${count(rows, 'row')} of ${what} with the legacy columns: ${different} different${since}, ${sums}.`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
