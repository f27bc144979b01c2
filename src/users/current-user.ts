import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AnswerParts } from '../http/answer.js';
import type { User } from './user.js';

/** The signed-in user. The session guard sets it, because `users` may not import `sessions`. */
export interface SignedInUser {
  readonly user: User;
  /** Returns what the answer needs so that the client's cookies describe the changed user. */
  changedTo(user: User): AnswerParts;
}

declare module 'fastify' {
  interface FastifyRequest {
    signedInUser?: SignedInUser;
  }
}

/** The user of a guarded route. */
export function signedInUserOf({ signedInUser }: FastifyRequest): SignedInUser {
  if (!signedInUser) throw new Error('The session guard does not protect a route that needs the user.');
  return signedInUser;
}

/** The user of a guarded route, as a parameter of the route. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): SignedInUser =>
  signedInUserOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
