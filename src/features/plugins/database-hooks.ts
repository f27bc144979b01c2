import type {
  AuthContext,
  BetterAuthOptions,
  BetterAuthPlugin,
  GenericEndpointContext,
} from '@better-auth/core';
import type { RowAction, RowModel } from '../../database/row-hooks.js';

type DatabaseHooks = NonNullable<BetterAuthOptions['databaseHooks']>;
type Row = Readonly<Record<string, unknown>>;

type Before = (row: Row, context: unknown) => Promise<boolean | void | { data: Row }>;
type After = (row: Row, context: unknown) => Promise<void>;

/** What a plugin returns when the library starts it. */
interface Started {
  readonly options?: { readonly databaseHooks?: DatabaseHooks };
}

const MODELS: readonly string[] = ['user', 'session', 'account', 'verification'];
const ACTIONS: readonly string[] = ['create', 'update', 'delete'];

/**
 * The hooks of plugins on rows. The library runs them for rows that plugins write, and this class for rows that this server
 * writes.
 */
export class PluginDatabaseHooks {
  private readonly all: DatabaseHooks[] = [];

  /** The same plugin. When the library starts it, its hooks are noted here. */
  noting(plugin: BetterAuthPlugin): BetterAuthPlugin {
    const { init } = plugin;
    if (!init) return plugin;
    const noted = async (context: AuthContext) => {
      const started = await init.call(plugin, context);
      this.note(plugin.id, started as Started | undefined);
      return started;
    };
    return Object.assign(Object.create(Object.getPrototypeOf(plugin) as object) as BetterAuthPlugin, plugin, {
      init: noted,
    });
  }

  /** Hooks with a name that nobody calls, as `<plugin>: <table>.<action>`. */
  readonly notRun: string[] = [];

  private note(id: string, started: Started | undefined): void {
    const hooks = started?.options?.databaseHooks;
    if (!hooks) return;
    this.all.push(hooks);
    for (const [model, actions] of Object.entries(hooks))
      for (const action of Object.keys(actions))
        if (!MODELS.includes(model) || !ACTIONS.includes(action))
          this.notRun.push(`${id}: ${model}.${action}`);
  }

  has(model: RowModel, action: RowAction): boolean {
    return this.all.some((hooks) => hooks[model]?.[action] !== undefined);
  }

  /** @returns the row as the hooks changed it; undefined if a hook refuses it. */
  async before(
    model: RowModel,
    action: RowAction,
    row: Row,
    context: GenericEndpointContext | null,
  ): Promise<Row | undefined> {
    let changed = row;
    for (const hooks of this.all) {
      const hook = hooks[model]?.[action]?.before as Before | undefined;
      const result = await hook?.(action === 'update' ? row : changed, context);
      if (result === false) return undefined;
      if (typeof result === 'object' && 'data' in result) changed = { ...changed, ...result.data };
    }
    return changed;
  }

  async after(
    model: RowModel,
    action: RowAction,
    row: Row,
    context: GenericEndpointContext | null,
  ): Promise<void> {
    for (const hooks of this.all) {
      const hook = hooks[model]?.[action]?.after as After | undefined;
      await hook?.(row, context);
    }
  }
}
