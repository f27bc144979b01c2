import { Injectable } from '@nestjs/common';
import type { BetterAuthPlugin, GenericEndpointContext } from '@better-auth/core';
import { CountingAdapter, KEY_MODEL } from './counting-adapter.js';
import { GivenSessions, type GivenSession } from './given-sessions.js';
import { hostedCalls } from './hosted-call.js';
import { KeyUsage, type KeyRow } from './key-usage.js';
import type { Library } from './library.js';
import { inLibrary } from './thrown-error.js';

type Hook = NonNullable<NonNullable<BetterAuthPlugin['hooks']>['before']>[number];
type Handler = (context: GenericEndpointContext) => Promise<Handled>;

/** What the library's handlers of hooks return. */
interface Handled {
  readonly headers: Headers;
  readonly response: unknown;
}

/** What a key has besides the fields that each use changes. */
interface RefilledRow extends KeyRow {
  readonly refillInterval?: number | null;
  readonly lastRefillAt?: Date | null;
  readonly createdAt?: Date;
}

/** Lets requests with an API key through to the routes of this server too. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly givenSessions: GivenSessions,
    private readonly usage: KeyUsage,
  ) {}

  /** The same plugin, except that uses of keys are written later, and that a key opens the routes of this server. */
  hosted(library: Library, plugin: BetterAuthPlugin): BetterAuthPlugin {
    if (plugin.id !== 'api-key') return plugin;
    this.usage.start(tableOf(plugin));
    const before = (plugin.hooks?.before ?? []).map(({ matcher, handler }) => ({
      matcher,
      handler: (context: GenericEndpointContext) =>
        this.check(library, handler as unknown as Handler, context),
    }));
    const hooks = { ...plugin.hooks, before: [...before, this.upToDate()] as unknown as Hook[] };
    const copy = Object.create(Object.getPrototypeOf(plugin) as object) as BetterAuthPlugin;
    return Object.assign(copy, plugin, { hooks });
  }

  /** Routes that show or change keys find all uses in the database. */
  private upToDate() {
    return {
      matcher: ({ path }: { path?: string }) => path?.startsWith('/api-key/') === true,
      handler: () => this.usage.write(),
    };
  }

  private async check(library: Library, handler: Handler, context: GenericEndpointContext): Promise<Handled> {
    const { adapter } = context.context;
    const counting = new CountingAdapter(adapter, this.usage);
    const seen = Object.create(context.context) as GenericEndpointContext['context'];
    Object.defineProperty(seen, 'adapter', { value: counting.inPlace() });
    const handled = await outsideOfTransaction(() => handler({ ...context, context: seen })).catch(
      (error: unknown) => {
        throw withRetryAfter(error, counting.row);
      },
    );
    const session = seen.session?.session as GivenSession | undefined;
    const call = hostedCalls.getStore();
    if (!session || !call) return handled;
    await inLibrary(library, () => this.givenSessions.actAs(call, session));
    context.context.session = seen.session;
    const { headers, response } = handled;
    // The library would merge what the hook returns into its context, and with it the adapter that counts.
    return isContext(response) ? { headers, response: { context: {} } } : handled;
  }
}

const isContext = (response: unknown) =>
  typeof response === 'object' && response !== null && 'context' in response;

/** A use of a key counts even if the request fails, and other requests with the key must not wait for the end of this one. */
async function outsideOfTransaction<Result>(count: () => Promise<Result>): Promise<Result> {
  const call = hostedCalls.getStore();
  if (!call?.transaction) return count();
  const { transaction } = call;
  delete call.transaction;
  try {
    return await count();
  } finally {
    call.transaction = transaction;
  }
}

/** Tells the client when the next request can succeed. A key that is used up for good says nothing. */
function withRetryAfter(error: unknown, row: RefilledRow | undefined): unknown {
  const { statusCode, body } = error as {
    statusCode?: unknown;
    body?: { details?: { tryAgainIn?: number } };
  };
  if (statusCode !== 429) return error;
  const wait = body?.details?.tryAgainIn ?? untilRefill(row);
  if (wait === undefined) return error;
  const seconds = String(Math.max(1, Math.ceil(wait / 1000)));
  return Object.assign(error as object, { headers: { 'retry-after': seconds, 'x-retry-after': seconds } });
}

/** In milliseconds. */
function untilRefill(row: RefilledRow | undefined): number | undefined {
  const last = row?.lastRefillAt ?? row?.createdAt;
  return row?.refillInterval && last ? last.getTime() + row.refillInterval - Date.now() : undefined;
}

function tableOf({ schema }: BetterAuthPlugin) {
  const { modelName = KEY_MODEL, fields = {} } = schema?.[KEY_MODEL] ?? {};
  const column = (field: string) => fields[field]?.fieldName ?? field;
  return {
    name: modelName,
    columns: {
      requestCount: column('requestCount'),
      remaining: column('remaining'),
      lastRequest: column('lastRequest'),
      updatedAt: column('updatedAt'),
    },
  };
}
