import type { Queries } from '../legacy/queries.js';
import type { Finding } from './finding.js';

/** A fault that rows may have. `message` names the faulty rows. */
export interface RowCheck extends Pick<Finding, 'level' | 'message' | 'remedy'> {
  /** SQL that returns one row per fault, with a description in the column `example`. */
  readonly select: string;
}

/** Counts the rows with the fault and names at most `shown` of them. Undefined if there are none. */
export async function findRows(
  queries: Queries,
  { select, ...check }: RowCheck,
  { area = 'data', shown }: { readonly area?: Finding['area']; readonly shown: number },
): Promise<Finding | undefined> {
  const rows = (await queries.query(
    `select example, count(*) over ()::integer as total from (${select}) as found limit ${shown}`,
  )) as { example: string; total: number }[];
  const [first] = rows;
  if (!first) return undefined;
  return { ...check, area, count: first.total, examples: rows.map(({ example }) => example) };
}
