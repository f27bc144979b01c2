import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { unauthorized, type AuthError } from '../../errors/auth-error.js';
import type { AuthContext } from '../auth-context.js';
import type { StoredSession } from '../cache/session-cache.js';
import type { Identity, Session } from '../session.js';
import { SessionsStore } from '../sessions.store.js';
import { Identify, type IdentifiedSession } from './identify.js';
import { judge } from './judge.js';
import { endOf, recordedFrom } from './limits.js';
import { LookUp } from './look-up.js';
import { Renew } from './renew.js';
import type { ResolveOptions, SessionQuestion } from './session-question.js';
import { Write } from './write.js';

/** The session of a request, and until when this result is correct. */
export interface ResolvedSession extends AuthContext {
  /** The session as it was read. Undefined if it was renewed afterwards. */
  readonly stored?: StoredSession;
  /**
   * Milliseconds since 1970. From then on, the session must be renewed or has expired. 0 if the result may not be reused.
   */
  readonly standsUntil: number;
}

interface RenewableSession {
  readonly identified: IdentifiedSession;
  readonly found: StoredSession;
  readonly now: Date;
}

/**
 * Finds the session of a request in five steps: identify, look up, judge, renew, write
 * (src/sessions/protocol.md, "Life of a session"; src/features/bearer/protocol.md, "Bearer token").
 */
@Injectable()
export class CurrentSession {
  constructor(
    private readonly identify: Identify,
    private readonly lookUp: LookUp,
    private readonly renew: Renew,
    private readonly write: Write,
    private readonly sessions: SessionsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * @returns undefined if nobody is signed in.
   * @throws {AuthError} 401 `FAILED_TO_GET_SESSION` if the session is deleted while it is being renewed.
   */
  async resolve(
    question: SessionQuestion,
    options: ResolveOptions = {},
  ): Promise<ResolvedSession | undefined> {
    const { jar, actsAs } = question;
    if (actsAs && !options.sensitive) return { ...actsAs, ...WITHOUT_COOKIES };
    this.write.dropLeftovers(jar);
    const identified = await this.identify.execute(question.shown);
    if (!identified) return undefined;
    const described = options.sensitive ? undefined : await this.lookUp.inDataCookie(question, identified);
    if (!described || !this.mayAnswer(described)) return this.resolveStored(question, identified, options);
    const shown = options.trustsDataCookie ? described : await this.liveStored(identified);
    if (!shown) {
      this.write.gone(jar);
      return undefined;
    }
    this.write.signedAnew(jar, shown, identified);
    return { ...shown, ...kept(identified), hasDataCookie: true, standsUntil: 0 };
  }

  /**
   * For signing out. Returns undefined if the request names no session, and otherwise that session, even if it has
   * expired.
   */
  async find({ shown }: SessionQuestion): Promise<{ session: Session | undefined } | undefined> {
    const identified = await this.identify.execute(shown);
    return identified && { session: (await this.lookUp.stored(identified, true))?.session };
  }

  remembers({ shown }: SessionQuestion): boolean {
    return this.identify.remembers(shown);
  }

  /** The session as it is stored, if it lives. Sets no cookies, because those of the client are still good. */
  private async liveStored(identified: IdentifiedSession): Promise<Identity | undefined> {
    const found = await this.lookUp.stored(identified, false);
    const terms = { now: Date.now(), refreshes: false };
    if (!found || !judge(found, terms, this.config.session, this.config.sessionLimits).isLive)
      return undefined;
    return { session: found.session, user: found.user };
  }

  private async resolveStored(
    { jar, disableRefresh }: SessionQuestion,
    identified: IdentifiedSession,
    { mayWrite = false, sensitive = false, renews = true }: ResolveOptions,
  ): Promise<ResolvedSession | undefined> {
    const settings = this.config.session;
    const writes = mayWrite || !settings.deferSessionRefresh;
    const refreshes = renews && identified.remember && !disableRefresh;
    const found = await this.lookUp.stored(identified, sensitive);
    const now = new Date();
    const terms = { now: now.getTime(), refreshes };
    const judgement = judge(found, terms, settings, this.config.sessionLimits);
    if (!found || !judgement.isLive) {
      if (found && writes && !judgement.isLive && judgement.isExpired)
        await this.sessions.delete(found.session.token);
      this.write.gone(jar);
      return undefined;
    }
    await this.write.started(jar, found, identified);
    if (judgement.isDue && writes) return this.resolveRenewed(jar, { identified, found, now });
    const isRecorded = judgement.isUnrecorded && writes && !disableRefresh;
    if (isRecorded) return this.resolveRecorded(jar, { identified, found, now, refreshes });
    if (refreshes) await this.write.described(jar, found, identified);
    this.write.signedAnew(jar, found, identified);
    const { session, user } = found;
    const keepsCookies = identified.cookies === 'keeps';
    // Written out, because copying objects costs more than the rest of this step.
    return {
      session,
      user,
      remember: identified.remember,
      keepsCookies,
      jwt: identified.jwt,
      hasDataCookie: false,
      stored: found,
      standsUntil: judgement.until,
      needsRefresh:
        refreshes && !writes && keepsCookies ? judgement.isDue || judgement.isUnrecorded : undefined,
    };
  }

  private async resolveRenewed(
    jar: SessionQuestion['jar'],
    { identified, found, now }: RenewableSession,
  ): Promise<ResolvedSession> {
    const renewed = await this.renew.execute(found, now);
    if (!renewed) throw this.goneMeanwhile(jar);
    await this.write.renewed(jar, renewed, identified);
    const { session, user } = renewed;
    return { session, user, ...kept(identified), hasDataCookie: false, standsUntil: 0 };
  }

  /** The answer sets no new session cookie, because the session ends no later than before. */
  private async resolveRecorded(
    jar: SessionQuestion['jar'],
    { identified, found, now, refreshes }: RenewableSession & { readonly refreshes: boolean },
  ): Promise<ResolvedSession> {
    const recorded = await this.renew.recordUse(found, now);
    if (!recorded) throw this.goneMeanwhile(jar);
    if (refreshes) await this.write.described(jar, recorded, identified);
    this.write.signedAnew(jar, recorded, identified);
    const { session, user } = recorded;
    return { session, user, ...kept(identified), hasDataCookie: false, standsUntil: 0 };
  }

  private goneMeanwhile(jar: SessionQuestion['jar']): AuthError {
    this.write.gone(jar);
    return unauthorized('FAILED_TO_GET_SESSION');
  }

  /** False if the session has reached a limit, or if the database must record its use. */
  private mayAnswer({ session }: Identity): boolean {
    const { sessionLimits } = this.config;
    return Date.now() < Math.min(endOf(session, sessionLimits), recordedFrom(session, sessionLimits));
  }
}

const WITHOUT_COOKIES = { remember: true, keepsCookies: false, hasDataCookie: false, standsUntil: 0 };

const kept = ({ remember, cookies, jwt }: IdentifiedSession) => ({
  remember,
  keepsCookies: cookies === 'keeps',
  jwt,
});
