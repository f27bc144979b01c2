import type { Plan, PlannedStatement } from './plan.js';

const WIDTH = 38;

/** Text for a person. It counts the statements on bookkeeping tables and shows all others. */
export function describePlan({ feasible, steps, columns, rows, findings }: Plan): string {
  if (feasible && steps.length === 0) return 'Nothing to do: no migration is pending.';
  const chosen = Object.entries(columns).map(([purpose, column]) => `  ${purpose.padEnd(20)} ${column}`);
  const written = Object.entries(rows).map(([what, count]) => `  ${what.padEnd(20)} ${count}`);
  const found = findings.flatMap(({ level, count, message, examples = [], remedy }) => [
    `  ${level.padEnd(8)} ${message}${count === undefined ? '' : `: ${count}`}`,
    ...(examples.length > 0
      ? [`           ${examples.join(', ')}${(count ?? 0) > examples.length ? ', …' : ''}`]
      : []),
    `           → ${remedy}`,
  ]);
  const pending = steps.length === 1 ? '1 migration is pending' : `${steps.length} migrations are pending`;
  const verdict = feasible
    ? `${pending}. Nothing was changed. To run the migrations: npm run migration:run`
    : 'migration:run would stop. Nothing was changed. Correct the errors, then run again: npm run migration:plan';
  return [
    ...section('Legacy columns to read', chosen),
    ...section('Rows to fill or create', written),
    ...section('Findings', found),
    ...steps.flatMap(({ migration, statements }) => section(migration, describeStatements(statements))),
    verdict,
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [title, ...lines, ''] : [];
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
  return `  ${locked.padEnd(WIDTH)} ${sql.trim().replaceAll(/\s+/g, ' ')}`;
}
