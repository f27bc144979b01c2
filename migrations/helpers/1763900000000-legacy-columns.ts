import type { QueryRunner } from 'typeorm';
import { adoptedFacts, currentName, type Adoption } from './1763900000000-adoption.js';
import type { ColumnFacts } from './1763900000000-catalogue.js';
import {
  DESCRIBED,
  KINDS,
  SEARCHES,
  USERNAMES,
  type Purpose,
  type Search,
} from './1763900000000-legacy-searches.js';
import { findName } from './1763900000000-spelling.js';

/** A column of a legacy `users` table from which the migrations read. */
export interface LegacyColumn {
  readonly purpose: Purpose;
  readonly name: string;
  readonly typeName: string;
  /** Key of a JSON object in the column, such as `full_name`; null if the column itself holds the value. */
  readonly field: string | null;
}

/** `LEGACY_ACTIVE_COLUMN=none` says that no column has this meaning, whatever the columns are called. */
const NONE = 'none';

export interface Choice {
  readonly columns: readonly LegacyColumn[];
  readonly findings: readonly string[];
}

export function variableFor(purpose: Purpose): string {
  return `LEGACY_${purpose.toUpperCase()}_COLUMN`;
}

/** True if the operator has said which column has this purpose, or that none has. */
export function isAnswered(purpose: Purpose): boolean {
  return Boolean(process.env[variableFor(purpose)]);
}

/**
 * Chooses the columns of a legacy `users` table to read from: those named by variables, otherwise the known names in any
 * spelling.
 */
export function chooseLegacyColumns(adoption: Adoption): Choice {
  const columns: LegacyColumn[] = [];
  const findings: string[] = [];
  for (const [purpose, search] of Object.entries(SEARCHES) as [Purpose, Search][]) {
    const found = chooseFor(adoption, purpose, search);
    columns.push(...found.columns);
    findings.push(...found.findings);
  }
  return { columns: withoutSpareNames(adoption, columns), findings };
}

function chooseFor(adoption: Adoption, purpose: Purpose, search: Search): Choice {
  const present = legacyFacts(adoption);
  const variable = variableFor(purpose);
  const named = process.env[variable];
  if (named)
    return named === NONE && !present.has(NONE)
      ? nothing()
      : chooseNamed(adoption, present, purpose, search.all && !present.has(named) ? namesIn(named) : [named]);
  const columns: LegacyColumn[] = [];
  for (const candidate of search.names) {
    const name = findName(present.keys(), [candidate]);
    const column = name === undefined ? undefined : present.get(name);
    if (!column || columns.some((chosen) => chosen.name === column.name)) continue;
    if (isOurBan(adoption, column.name)) continue;
    // A trigger runs before PostgreSQL computes a generated column, so it cannot read it.
    if (column.generated) {
      if (search.vital) return { columns: [], findings: [isGenerated(purpose, column)] };
    } else if (suits(search, column)) {
      columns.push({ purpose, name: column.name, typeName: column.typeName, field: null });
      if (!search.all) break;
    } else if (search.vital) return { columns: [], findings: [wrongType(purpose, search, column)] };
  }
  return { columns, findings: [] };
}

const nothing = (): Choice => ({ columns: [], findings: [] });

const namesIn = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

function chooseNamed(
  adoption: Adoption,
  present: ReadonlyMap<string, ColumnFacts>,
  purpose: Purpose,
  names: readonly string[],
): Choice {
  const choices = names.map((name) => chooseOne(adoption, present, purpose, name));
  return {
    columns: choices.flatMap(({ columns }) => columns),
    findings: choices.flatMap(({ findings }) => findings),
  };
}

/** The variable may name a key of a JSON object: `raw_user_meta_data->>'full_name'`. */
function chooseOne(
  adoption: Adoption,
  present: ReadonlyMap<string, ColumnFacts>,
  purpose: Purpose,
  named: string,
): Choice {
  const search = SEARCHES[purpose];
  const json = /^\s*("?)([^"]+?)\1\s*->>\s*'([^']+)'\s*$/.exec(named);
  const wanted = json?.[2] ?? named;
  const renamed = adoption.renamed.find(({ theirs }) => theirs.name === wanted)?.ours.name;
  const name = renamed ?? (present.has(wanted) ? wanted : findName(present.keys(), [wanted]));
  const column = present.get(name ?? '');
  if (!column) {
    return {
      columns: [],
      findings: [
        `${variableFor(purpose)} names "${wanted}", which ${adoption.source.name} does not have. Correct the name.`,
      ],
    };
  }
  if (column.generated) return { columns: [], findings: [isGenerated(purpose, column)] };
  const field = json?.[3] ?? null;
  const isText = search.kinds.includes('text') || search.kinds.includes('any');
  const fits = field === null ? suits(search, column) : isText && ['json', 'jsonb'].includes(column.typeName);
  if (!fits) return { columns: [], findings: [wrongType(purpose, search, column)] };
  return { columns: [{ purpose, name: column.name, typeName: column.typeName, field }], findings: [] };
}

/** The columns by the names that they have after the adoption, without those that we add beside legacy ones. */
function legacyFacts(adoption: Adoption): Map<string, ColumnFacts> {
  const present = new Map(adoptedFacts(adoption).columns);
  for (const { ours } of adoption.mirrored) present.delete(ours.name);
  return present;
}

/** True for a column `banned` that is or becomes ours, so that it needs no rule. */
function isOurBan({ prefixed, renamed, mirrored }: Adoption, name: string): boolean {
  const isPair = [...renamed, ...mirrored].some(
    ({ ours, theirs }) => ours.name === 'banned' && [ours.name, theirs.name].includes(name),
  );
  return isPair || (name === 'banned' && !prefixed.has('banned'));
}

function suits({ kinds }: Search, { typeName }: ColumnFacts): boolean {
  return kinds.some((kind) => kind === 'any' || KINDS[kind].includes(typeName));
}

function isGenerated(purpose: Purpose, { name }: ColumnFacts): string {
  const variable = variableFor(purpose);
  return (
    `users.${name} is a generated column, which triggers cannot read. ` +
    `Name the column from which it is computed in ${variable}, or set ${variable}=${NONE}.`
  );
}

function wrongType(purpose: Purpose, { kinds }: Search, { name, type }: ColumnFacts): string {
  const variable = variableFor(purpose);
  const wanted = kinds.map((kind) => DESCRIBED[kind]).join(' or ');
  return (
    `users.${name} is ${type}, but ${purpose.replaceAll('_', ' ')} must be ${wanted}. ` +
    `Name another column in ${variable}, or set ${variable}=${NONE}.`
  );
}

/** Keeps one source of the name: a column with the whole name, otherwise first and last name, otherwise the user name. */
function withoutSpareNames(adoption: Adoption, columns: readonly LegacyColumn[]): LegacyColumn[] {
  const parts = columns.filter(({ purpose }) => purpose === 'first_name' || purpose === 'last_name');
  const whole = columns.some(({ purpose }) => purpose === 'name');
  const others = columns.filter((column) => !parts.includes(column));
  if (whole) return isAnswered('name') || !isNamed(parts) ? others : [...columns];
  if (parts.length > 0 || isAnswered('name')) return [...columns];
  const present = legacyFacts(adoption);
  const column = present.get(findName(present.keys(), USERNAMES) ?? '');
  if (!column || column.generated || !suits(SEARCHES.name, column)) return [...columns];
  return [...columns, { purpose: 'name', name: column.name, typeName: column.typeName, field: null }];
}

const isNamed = (parts: readonly LegacyColumn[]) => parts.some(({ purpose }) => isAnswered(purpose));

/** The name of the column before the adoption. */
export function presentName(adoption: Adoption, column: LegacyColumn): string {
  return adoption.renamed.some(({ ours }) => ours.name === column.name)
    ? currentName(adoption, column.name)
    : column.name;
}

/** Columns chosen when the migrations began. A later run uses them even if the variables have changed. */
export async function readLegacyColumns(queryRunner: QueryRunner): Promise<LegacyColumn[]> {
  return (await queryRunner.query(
    `select split_part(purpose, ' ', 1) as purpose, column_name as name, type_name as "typeName", field
     from gatehouse.legacy_columns where strpos(purpose, '.') = 0 order by purpose`,
  )) as LegacyColumn[];
}

/** The only column with this purpose. */
export function columnFor(columns: readonly LegacyColumn[], purpose: Purpose): LegacyColumn | undefined {
  return columns.find((column) => column.purpose === purpose);
}
