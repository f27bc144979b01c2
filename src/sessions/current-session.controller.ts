import { Body, Controller, Header } from '@nestjs/common';
import { ApiProperty, ApiQuery, ApiTags, schemaPath } from '../openapi/decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answer } from '../http/answer.js';
import { AuthPost, DirectAuthGet } from '../http/auth-route.js';
import { UserAnswer } from '../users/present-user.js';
import { presentSession, SessionAnswer } from './present-session.js';
import { Requested, type RequestedSession } from './requested-session.js';
import { GetSession, type GotSession } from './use-cases/get-session.js';
import { UpdateSession, UpdateSessionBody } from './use-cases/update-session.js';
import { Current, keptBy, type AuthContext } from './auth-context.js';

class UpdatedSessionAnswer {
  @ApiProperty({ type: SessionAnswer })
  session!: SessionAnswer;
}

const sessionOrNull = {
  models: [SessionAnswer, UserAnswer],
  schema: {
    oneOf: [
      {
        type: 'object',
        required: ['session', 'user'],
        properties: {
          session: { $ref: schemaPath(SessionAnswer) },
          user: { $ref: schemaPath(UserAnswer) },
          needsRefresh: {
            type: 'boolean',
            description:
              'Only with deferred refresh: true if the client should POST here to extend the session',
          },
        },
      },
      { type: 'null' },
    ],
  },
};

const flag = (name: string, description: string) =>
  ({ name, description, required: false, schema: { type: 'boolean' } }) as const;

/** `null` if nobody is signed in. */
const answerOf = (got: GotSession | undefined) => (got ? new Answer(got.body, got) : null);

@ApiTags('Sessions')
@Controller()
export class CurrentSessionController {
  constructor(
    private readonly read: GetSession,
    private readonly update: UpdateSession,
  ) {}

  @ApiQuery(flag('disableCookieCache', 'True to ignore the session data cookie'))
  @ApiQuery(flag('disableRefresh', 'True to read the session without extending it'))
  @DirectAuthGet('get-session', {
    summary: 'The current session and its user, or null',
    access: 'public',
    credentials: true,
    answer: sessionOrNull,
    errors: { 401: ['FAILED_TO_GET_SESSION'], 500: ['FAILED_TO_GET_SESSION'] },
  })
  async getSession({ requestedSession }: FastifyRequest, reply: FastifyReply) {
    void reply.header('pragma', 'no-cache');
    return answerOf(await this.read.execute(requestedSession));
  }

  @AuthPost('get-session', {
    shortBody: true,
    summary: 'Extends the session if deferred refresh is on; refused if it is off',
    access: 'public',
    bodiless: true,
    answer: sessionOrNull,
    errors: {
      401: ['FAILED_TO_GET_SESSION'],
      405: ['METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED'],
      500: ['FAILED_TO_GET_SESSION'],
    },
  })
  @Header('pragma', 'no-cache')
  async extendSession(@Requested() requested: RequestedSession) {
    return answerOf(await this.read.executePost(requested));
  }

  @AuthPost('update-session', {
    summary: 'Change additional fields of the session',
    body: UpdateSessionBody,
    answer: UpdatedSessionAnswer,
    errors: { 401: ['FAILED_TO_GET_SESSION'] },
    messages: { 400: ['No fields to update'] },
  })
  async updateSession(@Current() current: AuthContext, @Body() body: UpdateSessionBody) {
    const session = await this.update.execute(current, body);
    return new Answer(
      { session: presentSession(session, current.jwt?.text) },
      keptBy(current, { session, user: current.user }),
    );
  }
}
