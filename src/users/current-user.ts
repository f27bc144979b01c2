import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AnswerParts } from '../http/answer.js';
import type { User } from './user.js';

/** The user who is signed in. The session guard, which `users` does not know, provides it. */
export interface SignedInUser {
  readonly user: User;
  /** What the answer must carry so that the client's cookies describe the changed user. */
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
  if (!signedInUser) throw new Error('@CurrentUser() on a route that no session guards');
  return signedInUser;
});
