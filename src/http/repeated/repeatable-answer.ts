import type { AddedHeader } from '../added-headers.js';

/** A route's promise that the same request gets the same body for a while. */
export interface RepeatableAnswer {
  /** The body. */
  readonly text: string;
  /** Whether the promise still holds. */
  holds(): boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    repeatable?: { readonly answer: RepeatableAnswer; readonly added: readonly AddedHeader[] };
  }
}
