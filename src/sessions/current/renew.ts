import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { unavailability } from '../../errors/unavailable.js';
import { SessionReader } from '../cache/session-reader.js';
import type { Identity } from '../session.js';
import { SessionsStore } from '../sessions.store.js';
import { renewedLife } from './judge.js';
import { lastEnd, recordedFrom } from './limits.js';

/** Fourth step: extends the session, if `judge` says that it should be renewed. */
@Injectable()
export class Renew {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly reader: SessionReader,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Returns the session as it is stored now, even if another request extended it first. If the database cannot write, the
   * session stays as it is, because it is still valid.
   * @returns undefined if the session no longer exists.
   */
  async execute({ session, user }: Identity, now: Date): Promise<Identity | undefined> {
    const { session: settings, sessionLimits } = this.config;
    const due = new Date(now.getTime() + renewedLife(settings));
    const end = Math.min(now.getTime() + settings.expiresIn * 1000, lastEnd(session, sessionLimits));
    const expiresAt = new Date(end);
    try {
      if (await this.sessions.extend(session.token, due, expiresAt, now)) {
        return { session: { ...session, expiresAt, updatedAt: now }, user };
      }
    } catch (error) {
      if (unavailability(error) === undefined) throw error;
      return { session, user };
    }
    return this.reader.readDatabase(session);
  }

  /** Records that the session is used, but does not extend it. Returns as `execute` does. */
  async recordUse({ session, user }: Identity, now: Date): Promise<Identity | undefined> {
    const delay = recordedFrom(session, this.config.sessionLimits) - session.updatedAt.getTime();
    try {
      if (await this.sessions.recordUse(session.token, new Date(now.getTime() - delay), now)) {
        return { session: { ...session, updatedAt: now }, user };
      }
    } catch (error) {
      if (unavailability(error) === undefined) throw error;
      return { session, user };
    }
    return this.reader.readDatabase(session);
  }
}
