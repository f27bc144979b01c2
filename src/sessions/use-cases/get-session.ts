import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { AuthError, internal, methodNotAllowed } from '../../errors/auth-error.js';
import type { AddedHeader } from '../../http/added-headers.js';
import { JsonText } from '../../http/json-text.js';
import type { RepeatableAnswer } from '../../http/repeated/repeatable-answer.js';
import { presentUser, type UserAnswer } from '../../users/present-user.js';
import type { StoredSession } from '../cache/session-cache.js';
import { SessionReader } from '../cache/session-reader.js';
import { sessionInCacheOrder, userInCacheOrder } from '../cache-order.js';
import type { ResolvedSession } from '../current/current-session.js';
import type { PresentedJwt } from '../credentials.js';
import { presentSession, type SessionAnswer } from '../present-session.js';
import type { RequestedSession } from '../requested-session.js';
import type { Identity } from '../session.js';
import { SessionHeaders } from '../session-headers.js';

export interface GetSessionAnswer {
  readonly session: SessionAnswer;
  readonly user: UserAnswer;
  readonly needsRefresh?: boolean;
}

/** The parts of the answer: who is signed in, and the headers of features. `repeatable` is set if it may be sent again. */
export interface GotSession {
  readonly body: GetSessionAnswer | JsonText;
  readonly headers: readonly AddedHeader[];
  readonly repeatable?: RepeatableAnswer;
}

const answerOf = ({ session, user }: Identity, jwt?: PresentedJwt) => ({
  session: presentSession(session, jwt?.text),
  user: presentUser(user),
});

/** A class, because the server keeps one for each stored answer, and a closure takes three times as much memory. */
class StandingAnswer implements RepeatableAnswer {
  constructor(
    readonly text: string,
    private readonly stored: StoredSession,
    /** Milliseconds since 1970. */
    private readonly until: number,
    private readonly reader: SessionReader,
  ) {}

  holds(): boolean {
    return Date.now() < this.until && this.reader.stands(this.stored);
  }
}

/** Answers who is signed in (src/sessions/protocol.md, "get-session"). */
@Injectable()
export class GetSession {
  constructor(
    private readonly reader: SessionReader,
    private readonly headers: SessionHeaders,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @returns undefined if nobody is signed in. */
  execute(requested: RequestedSession): Promise<GotSession | undefined> {
    return this.get(requested, false);
  }

  /**
   * Like `execute`, but also renews the session. With `session.deferSessionRefresh`, no other request does.
   * @throws {AuthError} 405 if `session.deferSessionRefresh` is off.
   */
  async executePost(requested: RequestedSession): Promise<GotSession | undefined> {
    if (!this.config.session.deferSessionRefresh) {
      throw methodNotAllowed('METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED');
    }
    return this.get(requested, true);
  }

  private async get(requested: RequestedSession, mayWrite: boolean): Promise<GotSession | undefined> {
    try {
      const auth = await requested.resolve({ mayWrite, trustsDataCookie: true });
      if (!auth) return undefined;
      const headers = await this.headers.of(auth);
      const { stored, needsRefresh } = auth;
      if (!stored || needsRefresh !== undefined || auth.jwt) return { body: bodyOf(auth), headers };
      // The body is written once for each session in the session cache.
      const body = (stored.answer ??= new JsonText(JSON.stringify(answerOf(stored))));
      const repeatable = new StandingAnswer(body.text, stored, auth.standsUntil, this.reader);
      return { body, headers, repeatable };
    } catch (error) {
      if (error instanceof AuthError) throw error;
      throw internal('FAILED_TO_GET_SESSION').causedBy(error);
    }
  }
}

function bodyOf(auth: ResolvedSession): GetSessionAnswer {
  const { session, user } = answerOf(auth, auth.jwt);
  if (auth.hasDataCookie) return { session: sessionInCacheOrder(session), user: userInCacheOrder(user) };
  return auth.needsRefresh === undefined
    ? { session, user }
    : { session, user, needsRefresh: auth.needsRefresh };
}
