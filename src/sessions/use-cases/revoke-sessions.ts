import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SessionCookieWriter } from '../../http/session-cookie-writer.js';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';

/** Ends every session of the user, the current one included (protocol.md §1.13). */
@Injectable()
export class RevokeSessions {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly cookies: SessionCookieWriter,
  ) {}

  async execute(
    current: AuthContext,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ status: true }> {
    await this.sessions.deleteAllOf(current.user.id);
    this.cookies.expire(request, reply);
    return { status: true };
  }
}
