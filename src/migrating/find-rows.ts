import type { Queries } from '../legacy/queries.js';
import type { Finding } from './finding.js';

/** A fault that rows may have. */
export interface RowCheck extends Pick<Finding, 'level' | 'message' | 'remedy'> {
  /** SQL that gives one row per fault, described in the column `example`. */
  readonly select: string;
}

/** Looks for rows with the fault. Names at most `shown` of them. */
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
