import { butIs, type Parser } from './values.js';

/** The variable that gives each of our tables another name. `users` has none. */
export const TABLE_NAME_VARIABLES = {
  sessions: 'SESSION_MODEL_NAME',
  accounts: 'ACCOUNT_MODEL_NAME',
  verifications: 'VERIFICATION_MODEL_NAME',
  jwks: 'JWKS_MODEL_NAME',
  rate_limits: 'RATE_LIMIT_MODEL_NAME',
} as const;

const LONGEST = 63;

/** A name that PostgreSQL keeps whole and that needs no more than quotes. Capital letters stay capital. */
export const tableName: Parser<string> = (value) => {
  if (/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(value) && Buffer.byteLength(value) <= LONGEST) return value;
  throw new Error(
    `a table name without schema, of letters, digits and underscores, at most ${LONGEST} bytes long${butIs(value)}`,
  );
};

/** Names that the settings give to our tables, by our name. Undefined if the setting is not set. */
export type TableNames = Readonly<Record<keyof typeof TABLE_NAME_VARIABLES, string | undefined>>;

interface Named {
  readonly modelName: string | undefined;
}

export const tableNamesIn = (options: {
  readonly session: Named;
  readonly account: Named;
  readonly verification: Named;
  readonly jwks: Named;
  readonly rateLimit: Named;
}): TableNames => ({
  sessions: options.session.modelName,
  accounts: options.account.modelName,
  verifications: options.verification.modelName,
  jwks: options.jwks.modelName,
  rate_limits: options.rateLimit.modelName,
});

/** @param values by the name of the variable */
export const tableNamesFrom = (values: ReadonlyMap<string, unknown>): TableNames =>
  Object.fromEntries(
    Object.entries(TABLE_NAME_VARIABLES).map(([table, variable]) => [table, values.get(variable)]),
  ) as TableNames;

/** One sentence for each name that would belong to two of our tables. */
export function tableNameFaults(names: TableNames): string[] {
  const tables = Object.keys(TABLE_NAME_VARIABLES) as (keyof TableNames)[];
  return tables.flatMap((table, index) => {
    const name = names[table];
    if (name === undefined) return [];
    const variable = TABLE_NAME_VARIABLES[table];
    if (name === 'users')
      return [`${variable} is users, which is the table of the users. Choose another name.`];
    const other = tables
      .filter((candidate) => candidate !== table)
      .find((candidate) => (names[candidate] ?? candidate) === name);
    // If both are set to the same name, one sentence is enough.
    if (other === undefined || (names[other] === name && tables.indexOf(other) < index)) return [];
    return [
      `${variable} is ${name}, which is already the name of the table for ${other}. Choose another name.`,
    ];
  });
}
