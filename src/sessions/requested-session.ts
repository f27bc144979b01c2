import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuthContext } from './auth-context.js';
import type { ResolveOptions } from './session-resolver.js';
import type { Session } from './session.js';

/** The session that a request names. It is looked up only if a use case asks for it. */
export interface RequestedSession {
  /** False if the browser holds the mark of a session that ends with it. */
  readonly remember: boolean;
  /** Finds and judges the session, and renews it if that is due. Undefined if nobody is signed in. */
  resolve(options?: ResolveOptions): Promise<AuthContext | undefined>;
  /** Whether the request names a session, and that session as it is stored, expired or not: for signing out. */
  find(): Promise<{ session: Session | undefined } | undefined>;
}

declare module 'fastify' {
  interface FastifyRequest {
    requestedSession?: RequestedSession;
  }
}

/** The session that the request of an open route names, as a parameter of the route. */
export const Requested = createParamDecorator((_: unknown, context: ExecutionContext): RequestedSession => {
  const { requestedSession } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!requestedSession) throw new Error('@Requested() before the session guard');
  return requestedSession;
});
