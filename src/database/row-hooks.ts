import { Injectable } from '@nestjs/common';

/** The values of a row, by the field names of the protocol. */
export type RowValues = Readonly<Record<string, unknown>>;

export interface RowHook {
  /**
   * Called before a row is written.
   * @returns the values to write; undefined to refuse the row.
   */
  before(
    model: 'user' | 'session',
    action: 'create' | 'update',
    values: RowValues,
  ): Promise<RowValues | undefined>;
  /** Called when the row is written. The transaction may still be open. */
  after(model: 'user' | 'session', action: 'create' | 'update', values: RowValues): Promise<void>;
}

/** What features do when users or sessions are written. Almost always nothing, which costs nothing. */
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

  async before(
    model: 'user' | 'session',
    action: 'create' | 'update',
    values: RowValues,
  ): Promise<RowValues | undefined> {
    let changed: RowValues | undefined = values;
    for (const hook of this.hooks) {
      if (!changed) return undefined;
      changed = await hook.before(model, action, changed);
    }
    return changed;
  }

  async after(model: 'user' | 'session', action: 'create' | 'update', values: RowValues): Promise<void> {
    for (const hook of this.hooks) await hook.after(model, action, values);
  }
}
