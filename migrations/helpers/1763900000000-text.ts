/** A query runner or a data source. */
interface Queries {
  query(statement: string): Promise<unknown>;
}

/** SQL expressions that suit the database's encoding. */
export interface TextExpressions {
  /** Trims, and lower-cases A to Z, as the server does before it looks up an e-mail. */
  readonly normalised: (expression: string) => string;
  /** The value, or null if it contains only white space. */
  readonly presence: (expression: string) => string;
}

/** White space that JavaScript's `trim` removes, and the zero width space. */
const ASCII_BLANKS = ` \\t\\n\\r\\f\\v`;
const OTHER_BLANKS =
  '\\u00a0\\u1680\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200a\\u200b\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff';

export async function textExpressions(queries: Queries): Promise<TextExpressions> {
  const [row] = (await queries.query(`select current_setting('server_encoding') as encoding`)) as {
    encoding: string;
  }[];
  const blanks = `E'${ASCII_BLANKS}${row?.encoding === 'UTF8' ? OTHER_BLANKS : ''}'`;
  return {
    // The collation "C" changes only A to Z. Other collations turn "İ" and the Kelvin sign into ASCII letters, and so
    // one person's address into another's.
    normalised: (value) => `lower(btrim((${value})::text, ${blanks}) collate "C")`,
    presence: (value) => `(case when btrim((${value})::text, ${blanks}) <> '' then (${value})::text end)`,
  };
}

/**
 * SQL: the expression of the index on e-mails that are not normalized. With this index PostgreSQL finds them without
 * reading the whole table. Trims only the space, because an index must not depend on the database's encoding.
 */
export const ROUGH_ADDRESS = 'lower(btrim(email::text) collate "C")';
