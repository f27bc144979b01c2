import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { AuthError, internal, methodNotAllowed } from '../../errors/auth-error.js';
import { jwtOptions } from '../../features/jwt/jwt-options.js';
import { JsonText } from '../../http/json-text.js';
import type { RepeatableAnswer } from '../../http/repeated-answers.js';
import { exposeHeader } from '../../http/exposed-headers.js';
import { Logger } from '../../logging/logger.js';
import { presentUser, type UserAnswer } from '../../users/present-user.js';
import type { StoredSession } from '../cache/session-cache.js';
import { SessionReader } from '../cache/session-reader.js';
import { sessionInCacheOrder, userInCacheOrder } from '../cache-order.js';
import { JwtIssuer } from '../jwt-issuer.js';
import { presentSession, type SessionAnswer } from '../present-session.js';
import { SessionResolver } from '../session-resolver.js';
import type { Identity } from '../session.js';

export interface GetSessionAnswer {
  readonly session: SessionAnswer;
  readonly user: UserAnswer;
  readonly needsRefresh?: boolean;
}

const NOT_TO_BE_STORED = { 'cache-control': 'no-store', pragma: 'no-cache' };

const answerOf = ({ session, user }: Identity) => ({
  session: presentSession(session),
  user: presentUser(user),
});

/** A class, for it is kept with each cached session: a closure would take three times the memory. */
class StandingAnswer implements RepeatableAnswer {
  constructor(
    readonly answer: JsonText,
    private readonly stored: StoredSession,
    /** Milliseconds since 1970. */
    private readonly until: number,
    private readonly reader: SessionReader,
  ) {}

  holds(): boolean {
    return Date.now() < this.until && this.reader.stands(this.stored);
  }
}

/** Who is signed in, or `null` (protocol.md §1.5). */
@Injectable()
export class GetSession {
  constructor(
    private readonly resolver: SessionResolver,
    private readonly reader: SessionReader,
    private readonly jwt: JwtIssuer,
    private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  execute(request: FastifyRequest, reply: FastifyReply): Promise<GetSessionAnswer | JsonText | null> {
    void reply.headers(NOT_TO_BE_STORED);
    return this.answer(request, reply, false);
  }

  /**
   * The same, and the one request that extends a session where reading does not.
   * @throws {AuthError} 405 unless `session.deferSessionRefresh`.
   */
  executePost(request: FastifyRequest, reply: FastifyReply): Promise<GetSessionAnswer | JsonText | null> {
    void reply.headers(NOT_TO_BE_STORED);
    if (!this.config.session.deferSessionRefresh) {
      throw methodNotAllowed('METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED');
    }
    return this.answer(request, reply, true);
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    mayWrite: boolean,
  ): Promise<GetSessionAnswer | JsonText | null> {
    try {
      const auth = await this.resolver.resolve(request, { mayWrite });
      if (!auth) return null;
      const jwt = jwtOptions.of(this.config).disableSettingJwtHeader
        ? undefined
        : await this.jwt.issueOrReuse(auth);
      if (jwt) {
        void reply.header('set-auth-jwt', jwt.jwt);
        exposeHeader(reply, 'set-auth-jwt');
      }
      if (auth.stored && auth.needsRefresh === undefined) {
        const { stored, standsUntil } = auth;
        stored.answer ??= new JsonText(JSON.stringify(answerOf(auth)));
        const until = Math.min(standsUntil, jwt?.reusedUntil ?? Infinity);
        request.repeatable = new StandingAnswer(stored.answer, stored, until, this.reader);
        return stored.answer;
      }
      const answer = answerOf(auth);
      if (auth.cached) {
        return { session: sessionInCacheOrder(answer.session), user: userInCacheOrder(answer.user) };
      }
      return auth.needsRefresh === undefined ? answer : { ...answer, needsRefresh: auth.needsRefresh };
    } catch (error) {
      if (error instanceof AuthError) throw error;
      this.logger.fault(error, request.id);
      throw internal('FAILED_TO_GET_SESSION');
    }
  }
}
