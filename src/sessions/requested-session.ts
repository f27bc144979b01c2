import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CurrentSession, ResolvedSession } from './current/current-session.js';
import { sessionQuestion, type ResolveOptions } from './current/session-question.js';
import type { Session } from './session.js';

/** The session that a request names. It is looked up only if a use case asks for it. */
export interface RequestedSession {
  /** False if the browser has the cookie `dont_remember`. Then the session ends when the browser closes. */
  readonly remember: boolean;
  /** Finds the session, and renews it if necessary. Returns undefined if nobody is signed in. */
  resolve(options?: ResolveOptions): Promise<ResolvedSession | undefined>;
  /**
   * For signing out. Returns undefined if the request names no session, and otherwise that session, even if it has
   * expired.
   */
  find(): Promise<{ session: Session | undefined } | undefined>;
}

declare module 'fastify' {
  interface FastifyRequest {
    readonly requestedSession: RequestedSession;
  }
}

/** Adds `requestedSession` to every request. */
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

/** Passes the session that the request names to a public route. */
export const Requested = createParamDecorator(
  (_: unknown, context: ExecutionContext): RequestedSession =>
    context.switchToHttp().getRequest<FastifyRequest>().requestedSession,
);
