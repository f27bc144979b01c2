import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyRequest } from 'fastify';
import type { PoolClient } from 'pg';
import type { Act } from '../../audit/act.js';
import type { NativeAnswer } from './native-answer.js';
import type { RequestTransaction } from './request-transaction.js';

/** One request that passes through the published library. */
export interface HostedCall {
  readonly request: FastifyRequest;
  /** Runs the server's own route. Undefined for a route that a plugin defines. */
  readonly native: (() => Promise<NativeAnswer>) | undefined;
  /** True if everything that the library writes for this request is one transaction. */
  readonly isAtomic: boolean;
  /** What the library got. Plugins may change it. */
  passed?: { readonly url: string; readonly headers: Headers };
  /** The session of a client that sends no cookies, as the cookie that the library reads. */
  cookie?: string;
  /** Who acts, for the audit trail. */
  act?: Act;
  /** Of an atomic request. */
  transaction?: RequestTransaction;
  /** What the server's own route answered. */
  answer?: NativeAnswer;
  /** Hooks of plugins on rows of the server's own route that are committed. They run when the route has answered. */
  readonly afterwards: (() => Promise<void>)[];
  /** The token of the session that the server's own route has begun. A client with a JWT gets no cookie of it. */
  begun?: string;
  /** The connection of a transaction that the library itself has open, in a request that is not atomic. */
  ownTransaction?: PoolClient | undefined;
  /** Why the library answers 500 without a body. */
  fault?: unknown;
  /** True if the database has refused a value in a statement of the library, whatever the plugin makes of it. */
  isRefused?: boolean;
  /** The stack trace that a plugin gave to the logger instead of an error. */
  reported?: string;
  /** The library's context of the endpoint that runs the server's own route. */
  context?: unknown;
}

/** The request that is being answered. */
export const hostedCalls = new AsyncLocalStorage<HostedCall>();
