import type { QueryRunner } from 'typeorm';
import { adoptedFacts, type Adoption } from './1763900000000-adoption.js';
import { FAMILIES, type Family } from './1763900000000-tables.js';

export type Purpose = 'password' | 'name' | 'verified' | 'image' | 'active';
export type LegacyColumns = Partial<Record<Purpose, string>>;

interface Search {
  readonly candidates: readonly string[];
  readonly family: Family;
  /**
   * True: a column with a usual name but the wrong type is an error, because ignoring it would let the wrong users in.
   */
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

/** `LEGACY_ACTIVE_COLUMN=none` says that no column has this meaning, whatever the columns are called. */
const NONE = 'none';

export interface Choice {
  readonly columns: LegacyColumns;
  readonly findings: readonly string[];
}

/**
 * Chooses the columns of a legacy `users` table to read from: those named by variables, otherwise the first known
 * names.
 */
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
        findings.push(`${variable} names "${name}", which users does not have. Correct the name.`);
      if (!column) continue;
      if (FAMILIES[search.family].includes(column.typeName)) {
        columns[purpose] = name;
        break;
      }
      if (!named && !search.vital) continue;
      findings.push(
        `users.${name} is ${column.type}, but the ${purpose} must come from a ${search.family} column. ` +
          `Name another column in ${variable}, or set ${variable}=${NONE}.`,
      );
      break;
    }
  }
  return { columns, findings };
}

/** The adoption may rename the column that the operator named. */
function newName({ renamed }: Adoption, named: string | undefined): string | undefined {
  return renamed.find(({ theirs }) => theirs.name === named)?.ours.name ?? named;
}

/** Columns chosen when the migrations began. A later run uses them even if the variables have changed. */
export async function readLegacyColumns(queryRunner: QueryRunner): Promise<LegacyColumns> {
  const rows = (await queryRunner.query('select purpose, column_name from gatehouse.legacy_columns')) as {
    purpose: Purpose;
    column_name: string;
  }[];
  return Object.fromEntries(rows.map((row) => [row.purpose, row.column_name]));
}
