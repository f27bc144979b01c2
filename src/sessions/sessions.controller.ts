import { Body, Controller } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiTags } from '../openapi/decorators.js';
import { Answer } from '../http/answer.js';
import { AuthPost, DirectAuthGet } from '../http/auth-route.js';
import { type Client, From } from '../http/client.js';
import { StatusAnswer } from '../http/status-answer.js';
import { SessionAnswer } from './present-session.js';
import { ListSessions } from './use-cases/list-sessions.js';
import { RevokeOtherSessions } from './use-cases/revoke-other-sessions.js';
import { RevokeSession, RevokeSessionBody } from './use-cases/revoke-session.js';
import { RevokeSessions } from './use-cases/revoke-sessions.js';
import { type AuthContext, Current, currentOf } from './auth-context.js';

const DONE = { status: true } as const;

@ApiTags('Sessions')
@Controller()
export class SessionsController {
  constructor(
    private readonly list: ListSessions,
    private readonly revokeOne: RevokeSession,
    private readonly revokeAll: RevokeSessions,
    private readonly revokeOthers: RevokeOtherSessions,
  ) {}

  @DirectAuthGet('list-sessions', { summary: 'Active sessions', access: 'fresh', answer: [SessionAnswer] })
  listSessions(request: FastifyRequest) {
    return this.list.execute(currentOf(request));
  }

  @AuthPost('revoke-session', {
    shortBody: true,
    summary: 'End one session',
    access: 'sensitive',
    body: RevokeSessionBody,
    answer: StatusAnswer,
  })
  async revokeSession(
    @Current() current: AuthContext,
    @Body() body: RevokeSessionBody,
    @From() client: Client,
  ) {
    const { wasCurrent } = await this.revokeOne.execute(current, body, client);
    return new Answer(DONE, { signedOut: wasCurrent });
  }

  @AuthPost('revoke-sessions', {
    shortBody: true,
    summary: 'End every session',
    access: 'sensitive',
    answer: StatusAnswer,
  })
  async revokeSessions(@Current() current: AuthContext, @From() client: Client) {
    await this.revokeAll.execute(current, client);
    return new Answer(DONE, { signedOut: true });
  }

  @AuthPost('revoke-other-sessions', {
    shortBody: true,
    summary: 'End every session but this one',
    access: 'sensitive',
    answer: StatusAnswer,
  })
  async revokeOtherSessions(@Current() current: AuthContext, @From() client: Client) {
    await this.revokeOthers.execute(current, client);
    return DONE;
  }
}
