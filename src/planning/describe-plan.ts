import type { Plan, PlannedStatement } from './plan.js';

const WIDTH = 38;

/** The plan for a person: notes in the bookkeeping are counted, everything else is shown. */
export function describePlan({ feasible, steps, columns, rows, findings }: Plan): string {
  if (feasible && steps.length === 0) return 'Nothing to do: no migration is pending.';
  const chosen = Object.entries(columns).map(([purpose, column]) => `  ${purpose.padEnd(20)} ${column}`);
  const moved = Object.entries(rows).map(([what, count]) => `  ${what.padEnd(20)} ${count}`);
  const found = findings.flatMap(({ level, count, message, examples = [], remedy }) => [
    `  ${level.padEnd(8)} ${count === undefined ? '' : `${count} `}${message}`,
    ...(examples.length > 0
      ? [`           ${examples.join(', ')}${(count ?? 0) > examples.length ? ', …' : ''}`]
      : []),
    `           → ${remedy}`,
  ]);
  const verdict = feasible
    ? `${steps.length} migrations are pending. Nothing was changed.`
    : 'migration:run would stop. Nothing was changed.';
  return [
    ...section('Legacy columns chosen', chosen),
    ...section('Rows to move', moved),
    ...section('Findings', found),
    ...steps.flatMap(({ migration, statements }) => section(migration, describeStatements(statements))),
    verdict,
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [title, ...lines, ''] : [];
}

function describeStatements(statements: readonly PlannedStatement[]): string[] {
  const notes = statements.filter(isNote);
  return [
    ...statements.filter((statement) => !isNote(statement)).map(describe),
    ...(notes.length > 0
      ? [`  ${'ROW EXCLUSIVE, bookkeeping'.padEnd(WIDTH)} ${notes.length} notes in gatehouse_… tables`]
      : []),
  ];
}

const isNote = ({ lock, table }: PlannedStatement) =>
  lock === 'ROW EXCLUSIVE' && table?.startsWith('gatehouse_');

function describe({ sql, lock, table, batched }: PlannedStatement): string {
  const locked = `${lock}${table ? ` ${table}` : ''}${batched ? ', in batches' : ''}`;
  return `  ${locked.padEnd(WIDTH)} ${sql.trim().replaceAll(/\s+/g, ' ')}`;
}
