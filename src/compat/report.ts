import type { Compatibility } from './compatibility.js';
import type { Finding } from '../migrating/finding.js';
import type { ComparedTable } from './row-comparison.js';

const TITLES: Readonly<Record<Finding['area'], string>> = {
  migrations: 'Migrations',
  structure: 'Structure',
  data: 'Data',
  'better-auth': "Better Auth's own check",
};

/** For a person: findings by area, what to do about each, and the verdict on the last line. */
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
    : `NOT compatible with Better Auth: ${tally}.`;
  return [...areas, ...compared.map(describeComparison), ...skipped, verdict].join('\n');
}

function describe({ level, message, count: rows, examples = [], remedy }: Finding): string[] {
  const more = rows !== undefined && rows > examples.length ? ', …' : '';
  return [
    `  ${level.padEnd(7)}  ${rows === undefined ? '' : `${rows} `}${message}`,
    ...(examples.length > 0 ? [`           ${examples.join(', ')}${more}`] : []),
    `           → ${remedy}`,
  ];
}

function describeComparison({ what, rows, different, changedSince, checksums }: ComparedTable): string {
  const since = changedSince > 0 ? `, ${changedSince} changed here since` : '';
  const [legacy, ours] = checksums;
  const sums = legacy === ours ? `checksum ${ours}` : `checksums ${legacy} and ${ours}`;
  return `Old and new compared, ${what}: ${count(rows, 'row')}, ${different} different${since}, ${sums}.`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
