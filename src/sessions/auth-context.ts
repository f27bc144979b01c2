import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AnswerParts } from '../http/answer.js';
import type { SignedInUser } from '../users/current-user.js';
import type { Identity } from './session.js';

/** The session of a request and its user, as the session guard found them. */
export interface AuthContext extends Identity {
  /** Whether the session's cookie outlives the browser. */
  readonly remember: boolean;
  /** Whether the client keeps its session in cookies. A client with a JWT does not, so it is sent none. */
  readonly keepsCookies: boolean;
  /** True if the session data cookie answered, without a question to the database. */
  readonly fromDataCookie: boolean;
  /** Under `session.deferSessionRefresh`: whether the client should now ask for the session to be extended. */
  readonly needsRefresh?: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    auth?: AuthContext;
  }
}

/** What an answer must carry so that the client's cookies describe the session as it is now. */
export function keptBy(
  { keepsCookies, remember }: AuthContext,
  identity: Identity,
): Pick<AnswerParts, 'signedIn'> {
  return keepsCookies ? { signedIn: { ...identity, remember } } : {};
}

/** The same, as the routes about users see it. */
export function signedInUser(auth: AuthContext): SignedInUser {
  const { session, user } = auth;
  return { user, changedTo: (changed) => keptBy(auth, { session, user: changed }) };
}

/** The session of a guarded route, as a parameter of the route. */
export const Current = createParamDecorator((_: unknown, context: ExecutionContext): AuthContext => {
  const { auth } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!auth) throw new Error('@Current() on a route that no session guards');
  return auth;
});
