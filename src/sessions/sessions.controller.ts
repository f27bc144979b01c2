import { Body, Controller, Req, Res } from '@nestjs/common';
import { ApiTags } from '../openapi/decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthGet, AuthPost } from '../http/auth-route.js';
import { StatusAnswer } from '../http/status-answer.js';
import { SessionAnswer } from './present-session.js';
import { ListSessions } from './use-cases/list-sessions.js';
import { RevokeOtherSessions } from './use-cases/revoke-other-sessions.js';
import { RevokeSession, RevokeSessionBody } from './use-cases/revoke-session.js';
import { RevokeSessions } from './use-cases/revoke-sessions.js';
import { type AuthContext, Current } from './auth-context.js';

@ApiTags('Sessions')
@Controller()
export class SessionsController {
  constructor(
    private readonly list: ListSessions,
    private readonly revokeOne: RevokeSession,
    private readonly revokeAll: RevokeSessions,
    private readonly revokeOthers: RevokeOtherSessions,
  ) {}

  @AuthGet('list-sessions', { summary: 'Active sessions', access: 'fresh', answer: [SessionAnswer] })
  listSessions(@Current() current: AuthContext) {
    return this.list.execute(current);
  }

  @AuthPost('revoke-session', {
    summary: 'End one session',
    access: 'sensitive',
    body: RevokeSessionBody,
    answer: StatusAnswer,
  })
  revokeSession(
    @Current() current: AuthContext,
    @Body() body: RevokeSessionBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.revokeOne.execute(current, body, request, reply);
  }

  @AuthPost('revoke-sessions', { summary: 'End every session', access: 'sensitive', answer: StatusAnswer })
  revokeSessions(
    @Current() current: AuthContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.revokeAll.execute(current, request, reply);
  }

  @AuthPost('revoke-other-sessions', {
    summary: 'End every session but this one',
    access: 'sensitive',
    answer: StatusAnswer,
  })
  revokeOtherSessions(@Current() current: AuthContext) {
    return this.revokeOthers.execute(current);
  }
}
