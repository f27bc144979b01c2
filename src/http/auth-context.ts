import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AdditionalValues } from '../additional-fields/additional-input.js';

export interface CurrentUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly image: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The configured fields that may leave the server, by name. */
  readonly additional: AdditionalValues;
}

export interface CurrentSession {
  readonly id: string;
  readonly userId: string;
  readonly token: string;
  readonly expiresAt: Date;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The configured fields that may leave the server, by name. */
  readonly additional: AdditionalValues;
}

/** Who asks, as the session guard found out. */
export interface AuthContext {
  readonly session: CurrentSession;
  readonly user: CurrentUser;
  /** Whether the session's cookie outlives the browser. */
  readonly remember: boolean;
  /** A client with a JWT keeps no cookies and is sent none. */
  readonly credential: 'cookie' | 'bearer' | 'jwt';
  /** Answered from the cookie cache, without asking the database. */
  readonly cached: boolean;
  /** Under `session.deferSessionRefresh`: whether the client should now ask for the session to be extended. */
  readonly needsRefresh?: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    auth?: AuthContext;
  }
}

/** The session of a guarded route. */
export const Current = createParamDecorator((_: unknown, context: ExecutionContext): AuthContext => {
  const { auth } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!auth) throw new Error('@Current() on a route that no session guards');
  return auth;
});
