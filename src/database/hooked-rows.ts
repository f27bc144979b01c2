import { In, type EntityManager, type FindOptionsWhere, type ObjectLiteral } from 'typeorm';
import type { RowAction, RowHooks, RowModel, RowValues } from './row-hooks.js';

/** The property of the entity for each field of the protocol. Hooks see and change these fields only. */
type Fields<Row> = Readonly<Record<string, keyof Row & string>>;

/** Changes values on their way from the hooks to the database, and back. */
interface FieldCode {
  written(values: RowValues): RowValues;
  /** The fields whose stored value is not the one that hooks see. */
  read(stored: RowValues): RowValues;
}

/**
 * Writes the rows of one table with the hooks of features around each statement. It needs more statements than a write
 * without hooks, so stores use it only if a hook exists.
 */
export class HookedRows<Row extends ObjectLiteral & { id: string }> {
  constructor(
    private readonly hooks: RowHooks,
    private readonly model: RowModel,
    private readonly entity: new () => Row,
    private readonly fields: Fields<Row>,
    private readonly code: FieldCode = { written: (values) => values, read: () => ({}) },
  ) {}

  has(action: RowAction): boolean {
    return this.hooks.has(this.model, action);
  }

  /** @returns false if a hook refuses the row. */
  async insert(values: Partial<Row>, manager: EntityManager): Promise<boolean> {
    const { id: _, ...shown } = this.shown(values);
    const changed = await this.hooks.before(this.model, 'create', shown);
    if (!changed) return false;
    const row = { ...values, ...this.stored(changed) } as Row;
    await manager.insert(this.entity, row);
    await this.after('create', await this.find([row.id], manager), manager);
    return true;
  }

  /**
   * @param must true if the change happens even if a hook refuses it, because the safety of the user depends on it.
   * @returns the rows after the change; undefined if a hook refuses it. Hooks do not run if there is no such row.
   */
  async update(
    which: FindOptionsWhere<Row>,
    changes: Partial<Row>,
    manager: EntityManager,
    must = false,
  ): Promise<Row[] | undefined> {
    if (!(await manager.existsBy(this.entity, which))) return [];
    const shown = this.shown(changes);
    const changed = (await this.hooks.before(this.model, 'update', shown)) ?? (must ? shown : undefined);
    if (!changed) return undefined;
    const { raw } = await manager
      .createQueryBuilder()
      .update(this.entity)
      .set({ updatedAt: new Date(), ...changes, ...this.stored(this.code.written(changed)) })
      .where(which)
      .returning(['id'])
      .execute();
    const rows = await this.find(idsOf(raw), manager);
    await this.after('update', rows, manager);
    return rows;
  }

  /**
   * @param must true if the rows go even if a hook refuses it, because the safety of the user depends on it.
   * @returns the deleted rows. If a hook refuses one of them, none is deleted.
   */
  async delete(which: FindOptionsWhere<Row>, manager: EntityManager, must = false): Promise<Row[]> {
    const found = await manager.find(this.entity, { where: which });
    for (const row of found)
      if (!(await this.hooks.before(this.model, 'delete', this.read(row))) && !must) return [];
    if (found.length === 0) return [];
    const { raw } = await manager
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where({ id: In(found.map(({ id }) => id)) })
      .returning(['id'])
      .execute();
    // Another request may have deleted some of them meanwhile.
    const deleted = new Set(idsOf(raw));
    const rows = found.filter(({ id }) => deleted.has(id));
    await this.after('delete', rows, manager);
    return rows;
  }

  private find(ids: string[], manager: EntityManager): Promise<Row[]> {
    return manager.find(this.entity, { where: { id: In(ids) } as FindOptionsWhere<Row> });
  }

  private async after(action: RowAction, rows: readonly Row[], manager: EntityManager): Promise<void> {
    for (const row of rows) await this.hooks.after(this.model, action, this.read(row), manager);
  }

  private read(row: Row): RowValues {
    const values = this.shown(row);
    return { ...values, ...this.code.read(values) };
  }

  private shown(row: Partial<Row>): RowValues {
    const named = Object.entries(this.fields).filter(([, property]) => property in row);
    return Object.fromEntries(named.map(([field, property]) => [field, row[property]]));
  }

  private stored(values: RowValues): Partial<Row> {
    const named = Object.entries(this.fields).filter(([field]) => field in values);
    return Object.fromEntries(named.map(([field, property]) => [property, values[field]])) as Partial<Row>;
  }
}

const idsOf = (raw: unknown) => (raw as readonly { id: string | number }[]).map(({ id }) => String(id));
