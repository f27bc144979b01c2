import type { Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from './access.js';

/** A method of a controller that needs nothing but these two. The body has the fields of the route's class. */
export type DirectHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

export interface DirectRoute {
  readonly controller: Type;
  readonly method: string;
  readonly access: Access;
  /** The class whose fields describe and validate the body. */
  readonly body?: Type | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    direct?: DirectRoute;
  }
}
