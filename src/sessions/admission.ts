import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { forbidden, unauthorized, type AuthError } from '../errors/auth-error.js';
import type { Access } from '../http/access.js';
import { jarOf } from '../http/request-cookies.js';
import { signedInUser } from './auth-context.js';
import { CurrentSession } from './current/current-session.js';
import { sessionQuestion } from './current/session-question.js';
import { isFresh } from './is-fresh.js';

const notSignedIn = () => unauthorized('UNAUTHORIZED');

/** Lets requests through to the routes that need a session (src/http/protocol.md, "Access levels"). */
@Injectable()
export class Admission {
  constructor(
    private readonly current: CurrentSession,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Finds the session of the request, and keeps it and its user in the request.
   * @param refusal the error if nobody is signed in. Default: 401 `UNAUTHORIZED`.
   * @throws {AuthError} that error; 403 `SESSION_NOT_FRESH`; 401 `FAILED_TO_GET_SESSION` if the session is deleted meanwhile.
   */
  async admit(
    request: FastifyRequest,
    access: Access,
    refusal: () => AuthError = notSignedIn,
  ): Promise<void> {
    if (access === 'public') return;
    const auth = await this.current.resolve(sessionQuestion(request), { sensitive: access === 'sensitive' });
    if (!auth) throw refusal();
    if (access === 'fresh' && !isFresh(auth.session, this.config)) throw forbidden('SESSION_NOT_FRESH');
    request.auth = auth;
    request.signedInUser = signedInUser(auth);
    jarOf(request).keepLastOfEachCookie();
  }
}
