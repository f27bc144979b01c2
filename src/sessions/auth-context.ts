import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AnswerParts } from '../http/answer.js';
import type { SignedInUser } from '../users/current-user.js';
import type { PresentedJwt } from './credentials.js';
import type { Identity } from './session.js';

/** The session and user of a request, as the session guard found them. */
export interface AuthContext extends Identity {
  /** True if the cookies of the session stay when the browser closes. */
  readonly remember: boolean;
  /** True if the client keeps its session in cookies. A client with a JWT does not, so answers to it set no cookies. */
  readonly keepsCookies: boolean;
  /**
   * True if the client has a valid session data cookie. Better Auth then answers with the fields in the cookie's order. In
   * get-session, session and user themselves come from the cookie.
   */
  readonly hasDataCookie: boolean;
  /** The JWT of this server that the client sent instead of a session token. */
  readonly jwt?: PresentedJwt | undefined;
  /** With `session.deferSessionRefresh`: true if the client should now ask the server to extend the session. */
  readonly needsRefresh?: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    auth?: AuthContext;
  }
}

/** Returns what an answer must carry so that the client's cookies describe the current state of the session. */
export function keptBy(
  { keepsCookies, remember }: AuthContext,
  identity: Identity,
): Pick<AnswerParts, 'signedIn'> {
  return keepsCookies ? { signedIn: { ...identity, remember } } : {};
}

/** Converts the context to the type that the routes of users expect. */
export function signedInUser(auth: AuthContext): SignedInUser {
  const { session, user } = auth;
  return { user, changedTo: (changed) => keptBy(auth, { session, user: changed }) };
}

/** The session of a request to a guarded route. */
export function currentOf({ auth }: FastifyRequest): AuthContext {
  if (!auth) throw new Error('Only a route with access other than public has a session');
  return auth;
}

/** The session of a guarded route, as a parameter of the route. */
export const Current = createParamDecorator((_: unknown, context: ExecutionContext): AuthContext =>
  currentOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
