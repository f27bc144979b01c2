import type { QueryRunner } from 'typeorm';
import { adoptedFacts, type Adoption } from './1763900000000-adoption.js';
import { FAMILIES, type Family } from './1763900000000-tables.js';

export type Purpose = 'password' | 'name' | 'verified' | 'image' | 'active';
export type LegacyColumns = Partial<Record<Purpose, string>>;

interface Search {
  readonly candidates: readonly string[];
  readonly family: Family;
  /** Found under one of the usual names but of another type: to pass it over would let the wrong people in. */
  readonly vital: boolean;
}

const SEARCHES: Readonly<Record<Purpose, Search>> = {
  password: {
    candidates: ['hashed_password', 'password_hash', 'encrypted_password', 'password'],
    family: 'string',
    vital: true,
  },
  name: { candidates: ['name', 'full_name', 'display_name', 'username'], family: 'string', vital: false },
  verified: { candidates: ['is_verified', 'verified', 'email_confirmed'], family: 'boolean', vital: true },
  image: { candidates: ['image', 'avatar_url', 'picture', 'photo_url'], family: 'string', vital: false },
  active: { candidates: ['is_active', 'active'], family: 'boolean', vital: true },
};

/** `LEGACY_ACTIVE_COLUMN=none` and the like: the table has no such column, whatever the names in it. */
const NONE = 'none';

export interface Choice {
  readonly columns: LegacyColumns;
  readonly findings: readonly string[];
}

/** Which columns of a legacy `users` table the values come from: the one a variable names, else the first known. */
export function chooseLegacyColumns(adoption: Adoption): Choice {
  const users = adoptedFacts(adoption);
  const columns: LegacyColumns = {};
  const findings: string[] = [];
  for (const [purpose, search] of Object.entries(SEARCHES) as [Purpose, Search][]) {
    const variable = `LEGACY_${purpose.toUpperCase()}_COLUMN`;
    const named = newName(adoption, process.env[variable]);
    if (named === NONE && !users.columns.has(NONE)) continue;
    for (const name of named ? [named] : search.candidates) {
      const column = users.columns.get(name);
      if (!column && named)
        findings.push(`${variable} names "${name}", which users does not have: correct it.`);
      if (!column) continue;
      if (FAMILIES[search.family].includes(column.typeName)) {
        columns[purpose] = name;
        break;
      }
      if (!named && !search.vital) continue;
      findings.push(
        `users.${name} is ${column.type} where a ${search.family} is needed to tell the ${purpose} from: ` +
          `name another column in ${variable}, or set it to "${NONE}".`,
      );
      break;
    }
  }
  return { columns, findings };
}

/** What the operator calls it may be renamed by then. */
function newName({ renamed }: Adoption, named: string | undefined): string | undefined {
  return renamed.find(({ theirs }) => theirs.name === named)?.ours.name ?? named;
}

/** What was chosen when the migrations began: a later run with other variables goes on with the same columns. */
export async function readLegacyColumns(queryRunner: QueryRunner): Promise<LegacyColumns> {
  const rows = (await queryRunner.query('select purpose, column_name from gatehouse_legacy_columns')) as {
    purpose: Purpose;
    column_name: string;
  }[];
  return Object.fromEntries(rows.map((row) => [row.purpose, row.column_name]));
}
