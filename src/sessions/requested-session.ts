import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CurrentSession, ResolvedSession } from './current/current-session.js';
import { sessionQuestion, type ResolveOptions } from './current/session-question.js';
import type { Session } from './session.js';

/** The session that a request names. It is looked up only if a use case asks for it. */
export interface RequestedSession {
  /** False if the browser holds the mark of a session that ends with it. */
  readonly remember: boolean;
  /** Finds and judges the session, and renews it if that is due. Undefined if nobody is signed in. */
  resolve(options?: ResolveOptions): Promise<ResolvedSession | undefined>;
  /** Whether the request names a session, and that session as it is stored, expired or not: for signing out. */
  find(): Promise<{ session: Session | undefined } | undefined>;
}

declare module 'fastify' {
  interface FastifyRequest {
    readonly requestedSession: RequestedSession;
  }
}

/** Gives every request its `requestedSession`. */
export function installRequestedSession(server: FastifyInstance, current: CurrentSession): void {
  server.decorateRequest('requestedSession', {
    getter(this: FastifyRequest): RequestedSession {
      const question = sessionQuestion(this);
      return {
        remember: current.remembers(question),
        resolve: (options) => current.resolve(question, options),
        find: () => current.find(question),
      };
    },
  });
}

/** The session that the request of an open route names, as a parameter of the route. */
export const Requested = createParamDecorator(
  (_: unknown, context: ExecutionContext): RequestedSession =>
    context.switchToHttp().getRequest<FastifyRequest>().requestedSession,
);
