import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Text } from '../../http/fields.js';
import { SessionCookieWriter } from '../../http/session-cookie-writer.js';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';

export class RevokeSessionBody {
  @Text({ description: 'Token of the session to end', example: 'vjkABykLEssOvs7L56gUpQsZ3DLhCudT' })
  token!: string;
}

/** Ends one session (protocol.md §1.12). One that is not the caller's, or not there, is no error: the caller learns nothing. */
@Injectable()
export class RevokeSession {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly cookies: SessionCookieWriter,
  ) {}

  async execute(
    current: AuthContext,
    { token }: RevokeSessionBody,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ status: true }> {
    await this.sessions.deleteOwned(token, current.user.id);
    if (token === current.session.token) this.cookies.expire(request, reply);
    return { status: true };
  }
}
