import type { DBAdapter } from '@better-auth/core/db/adapter';

type Question = Parameters<DBAdapter['findMany']>[0];
interface Row {
  readonly id: string;
}

const MEMBER = 'member';

/** A page behind fewer rows is read with one statement. */
const FEW = 100;

/**
 * Reads late pages of a sorted list of members in two steps: first the ids of the page, which are in the index, then their rows.
 * In one step PostgreSQL would read the row of each member before the page, and so take a hundred times as long.
 */
export function skipInIndex(adapter: DBAdapter): void {
  const findMany = adapter.findMany.bind(adapter);
  const findPage = async (asked: Question): Promise<Row[]> => {
    // The library sorts what it has selected once more.
    const select = ['id', asked.sortBy?.field ?? 'id'];
    const ids = (await findMany<Row>({ ...asked, select })).map(({ id }) => id);
    if (ids.length === 0) return [];
    const where: Question['where'] = [{ field: 'id', operator: 'in', value: ids }];
    const rows = await findMany<Row>({ model: asked.model, where, limit: ids.length });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  };
  const isLatePage = ({ model, sortBy, offset = 0, select, join }: Question) =>
    model === MEMBER && sortBy !== undefined && offset > FEW && !select && !join;
  adapter.findMany = <Found>(asked: Question) =>
    isLatePage(asked) ? (findPage(asked) as Promise<unknown> as Promise<Found[]>) : findMany<Found>(asked);
}
