import { inspect } from 'node:util';
import type { BetterAuthMapping } from '../database/better-auth-mapping.js';
import { paint } from '../logging/paint.js';
import { duration } from '../migrating/migration-logger.js';
import type { Finding } from '../migrating/finding.js';
import { USERS_A_SECOND } from './expected-work.js';
import { SERVING_ROLE } from './grants.js';
import type { Forecast } from './inspection.js';
import type { OtherNames, Plan, PlannedStatement, StrongestLock } from './plan.js';

const WIDTH = 38;
const LABEL = 28;

/**
 * Text for a person, the most important first.
 * @param options `statements` adds the statements of each migration.
 */
export function describePlan(
  plan: Plan,
  { statements = false }: { readonly statements?: boolean } = {},
): string {
  const { feasible, legacy, findings, steps } = plan;
  const done = feasible && steps.length === 0;
  return [
    ...(done ? ['Nothing to do: no migration is pending.', ''] : []),
    ...(legacy ? section('Users', describeUsers(legacy)) : []),
    ...section('Errors', findings.filter(({ level }) => level === 'error').flatMap(describeFinding)),
    ...section('Warnings', findings.filter(({ level }) => level === 'warning').flatMap(describeFinding)),
    ...section('Locks', describeLock(plan.strongestLock)),
    ...section('Time', describeTime(plan)),
    ...section('Our tables under other names', plan.names.flatMap(describeNames)),
    ...section('Options for better-auth on these tables', describeMapping(plan.mapping)),
    ...describeGrants(plan),
    ...(statements
      ? steps.flatMap(({ migration, statements }) => section(migration, describeStatements(statements)))
      : []),
    ...(done ? [] : [verdict(plan)]),
  ]
    .join('\n')
    .trimEnd();
}

function verdict({ feasible, steps, findings }: Plan): string {
  const pending = steps.length === 1 ? '1 migration is pending' : `${steps.length} migrations are pending`;
  if (feasible) {
    return (
      `${paint('green', pending)}. Nothing was changed. To run the migrations: npm run migration:run\n` +
      'To see the statements: npm run migration:plan -- --statements'
    );
  }
  const errors = findings.filter(({ level }) => level === 'error').length;
  return (
    `${paint('red', 'migration:run would stop')} (${errors} ${errors === 1 ? 'error' : 'errors'}). Nothing was changed. ` +
    'Correct the errors, then run again: npm run migration:plan'
  );
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [paint('bold', title), ...lines, ''] : [];
}

const row = (label: string, value: string | number) => `  ${label.padEnd(LABEL)} ${value}`;

function describeUsers({ table, behindView, columns, ...counts }: Forecast): string[] {
  return [
    row('table', behindView ? `${table} (keeps its name; the view users shows it to us)` : table),
    ...Object.entries(columns).map(([purpose, column]) => row(purpose.replaceAll('_', ' '), column)),
    row('rows', counts.users),
    row('can sign in', paint('green', String(counts.canSignIn))),
    row('cannot sign in', counts.users - counts.canSignIn),
    ...Object.entries(counts.cannot).map(([reason, users]) => row(`  ${reason}`, users)),
  ];
}

function describeFinding({ level, count, message, examples = [], remedy }: Finding): string[] {
  const more = (count ?? 0) > examples.length ? ', …' : '';
  return [
    `  ${paint(level === 'error' ? 'red' : 'yellow', level.padEnd(8))} ${message}${count === undefined ? '' : `: ${count}`}`,
    ...(examples.length > 0 ? [`           ${examples.join(', ')}${more}`] : []),
    ...(remedy ? [`           → ${remedy}`] : []),
  ];
}

function describeLock(lock: StrongestLock | undefined): string[] {
  if (!lock) return [];
  return [
    row('strongest', `${lock.level} on ${lock.tables.join(', ')}, each time for one short change`),
    row('longest wait', `${duration(lock.longestWait)}, then the migration lets others pass and tries again`),
  ];
}

function describeTime({ rows, seconds }: Plan): string[] {
  const written = Object.entries(rows).filter(([, count]) => count > 0);
  if (written.length === 0) return [];
  return [
    ...written.map(([what, count]) => row(`${what} to write`, count)),
    row(
      'backfills',
      `about ${duration(seconds * 1000)} (${USERS_A_SECOND} users a second, measured on 2 processors), longer while others work`,
    ),
  ];
}

function describeNames({ table, name, columns }: OtherNames): string[] {
  return [
    ...(name === table ? [] : [row(table, name)]),
    ...Object.entries(columns).map(([ours, theirs]) => row(`${table}.${ours}`, `${name}.${theirs}`)),
  ];
}

function describeMapping(mapping: BetterAuthMapping | undefined): string[] {
  if (!mapping) return [];
  const text = inspect(mapping, { depth: 3, breakLength: 110, colors: false });
  return text.split('\n').map((line) => `  ${line}`);
}

function describeGrants({ grants: { serving, migrating } }: Plan): string[] {
  return [
    ...section(
      `Rights of the server, if its role ${SERVING_ROLE} does not own the tables (after the migrations)`,
      serving.map((statement) => `  ${statement}`),
    ),
    ...section('Recommended for the role that migrates', [
      ...migrating.map((statement) => `  ${statement}`),
      ...(migrating.length > 0
        ? ['  Without it, the backfill does not slow down for a standby or for the work of other roles.']
        : []),
    ]),
  ];
}

function describeStatements(statements: readonly PlannedStatement[]): string[] {
  const bookkeeping = statements.filter(isBookkeeping);
  return [
    ...statements.filter((statement) => !isBookkeeping(statement)).map(describe),
    ...(bookkeeping.length > 0
      ? [
          `  ${'ROW EXCLUSIVE, bookkeeping'.padEnd(WIDTH)} statements on tables of the schema gatehouse: ${bookkeeping.length}`,
        ]
      : []),
  ];
}

const isBookkeeping = ({ lock, sql }: PlannedStatement) =>
  lock === 'ROW EXCLUSIVE' && /^\s*(insert into|update|delete from) gatehouse\./i.test(sql);

function describe({ sql, lock, table, batched }: PlannedStatement): string {
  const locked = `${lock}${table ? ` ${table}` : ''}${batched ? ', in batches' : ''}`;
  return `  ${paint('dim', locked.padEnd(WIDTH))} ${sql.trim().replaceAll(/\s+/g, ' ')}`;
}
