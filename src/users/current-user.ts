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

/** The user of a guarded route, as a parameter of the route. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): SignedInUser => {
  const { signedInUser } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!signedInUser)
    throw new Error('@CurrentUser() is used on a route that the session guard does not protect.');
  return signedInUser;
});
