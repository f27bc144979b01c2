import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** The values of a row, by the field names of the protocol. */
export type RowValues = Readonly<Record<string, unknown>>;

export type RowModel = 'user' | 'session' | 'account' | 'verification';
export type RowAction = 'create' | 'update' | 'delete';

export interface RowHook {
  /** True if such rows must be written with the hook around them. Without it, the hook runs for users and sessions. */
  has?(model: RowModel, action: RowAction): boolean;
  /**
   * Called before a row is written or deleted.
   * @returns the values to write; undefined to refuse.
   */
  before?(model: RowModel, action: RowAction, values: RowValues): Promise<RowValues | undefined>;
  /**
   * Called when the row is written or deleted.
   * @param manager of the transaction, if it is still open. Others do not see the row before it ends.
   */
  after?(model: RowModel, action: RowAction, values: RowValues, manager?: EntityManager): Promise<void>;
}

/** Calls the hooks of features around writes of rows. Without hooks a write costs no more. */
@Injectable()
export class RowHooks {
  private readonly hooks: RowHook[] = [];

  add(hook: RowHook): void {
    this.hooks.push(hook);
  }

  /** True if no feature has a hook. Then the caller need not describe the row. */
  get none(): boolean {
    return this.hooks.length === 0;
  }

  has(model: RowModel, action: RowAction): boolean {
    return this.hooks.some((hook) => hook.has?.(model, action) ?? isUsual(model));
  }

  async before(model: RowModel, action: RowAction, values: RowValues): Promise<RowValues | undefined> {
    let changed: RowValues | undefined = values;
    for (const hook of this.hooks) {
      if (!changed) return undefined;
      if (hook.before && isCalled(hook, model)) changed = await hook.before(model, action, changed);
    }
    return changed;
  }

  async after(
    model: RowModel,
    action: RowAction,
    values: RowValues,
    manager: EntityManager | undefined,
  ): Promise<void> {
    for (const hook of this.hooks)
      if (isCalled(hook, model)) await hook.after?.(model, action, values, manager);
  }
}

/** The rows of a hook that does not say which rows it is for. */
const isUsual = (model: RowModel): boolean => model === 'user' || model === 'session';

const isCalled = (hook: RowHook, model: RowModel): boolean => 'has' in hook || isUsual(model);
