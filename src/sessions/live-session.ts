import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { SessionReader } from './cache/session-reader.js';
import { endOf } from './current/limits.js';
import { sessionFromRow } from './session-row.js';
import type { Identity, Session } from './session.js';
import { SessionsStore } from './sessions.store.js';

/** Tells whether a session still lives that does not come from the credentials of a request. */
@Injectable()
export class LiveSession {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly reader: SessionReader,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The session and its user as they are now, from the session cache or the database, for a session from a cookie.
   * @returns undefined if the session has ended or its user is banned.
   */
  async confirmed({ token, userId }: Session): Promise<Identity | undefined> {
    const found = await this.reader.read({ token });
    const isLive =
      found?.session.userId === userId &&
      endOf(found.session, this.config.sessionLimits) > Date.now() &&
      !found.isBanned;
    return isLive ? { session: found.session, user: found.user } : undefined;
  }

  /** Always reads the database. @returns undefined if the session has ended or its user is banned. */
  async ownerOf(token: string): Promise<string | undefined> {
    const row = await this.sessions.findByToken(token);
    if (!row || row.user_is_banned) return undefined;
    const session = sessionFromRow(row, []);
    return endOf(session, this.config.sessionLimits) > Date.now() ? session.userId : undefined;
  }
}
