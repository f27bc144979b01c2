import type { BetterAuthOptions } from '@better-auth/core';
import type { createAuthEndpoint, createAuthMiddleware } from '@better-auth/core/api';
import type { APIError } from '@better-auth/core/error';
import type { Auth } from 'better-auth';
import type { QuerySchema } from './query-parameters.js';

export interface LibraryMiddleware {
  readonly options: { readonly use?: readonly LibraryMiddleware[] };
}

export interface LibraryEndpoint {
  /** Undefined if only code can call the endpoint. */
  readonly path: string | undefined;
  readonly options: {
    readonly method?: string | readonly string[];
    readonly query?: QuerySchema;
    readonly use?: readonly LibraryMiddleware[];
    readonly metadata?: {
      readonly SERVER_ONLY?: boolean;
      readonly openapi?: Readonly<Record<string, unknown>>;
    };
  };
}

/** The parts of the published library that this server uses. */
export interface Library {
  betterAuth(options: BetterAuthOptions): Auth;
  readonly createAuthEndpoint: typeof createAuthEndpoint;
  readonly createAuthMiddleware: typeof createAuthMiddleware;
  readonly APIError: typeof APIError;
  /** The library's own endpoints, by key. */
  readonly coreEndpoints: Readonly<Record<string, LibraryEndpoint>>;
}

/** Loads the published library, which takes memory and time. Only `PLUGINS` makes it necessary. */
export async function loadLibrary(): Promise<Library> {
  const [{ betterAuth }, { getEndpoints }, { createAuthEndpoint, createAuthMiddleware }, { APIError }] =
    await Promise.all([
      import('better-auth'),
      import('better-auth/api'),
      import('@better-auth/core/api'),
      import('@better-auth/core/error'),
    ]);
  const { api } = getEndpoints(Promise.resolve({}) as never, {});
  return {
    betterAuth,
    createAuthEndpoint,
    createAuthMiddleware,
    APIError,
    coreEndpoints: api as unknown as Library['coreEndpoints'],
  };
}
