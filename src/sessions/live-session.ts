import { Injectable } from '@nestjs/common';
import { SessionReader } from './cache/session-reader.js';
import type { Identity, Session } from './session.js';
import { SessionsStore } from './sessions.store.js';

/** Tells whether a session still lives that does not come from the credentials of a request. */
@Injectable()
export class LiveSession {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly reader: SessionReader,
  ) {}

  /**
   * The session and its user as they are now, from the session cache or the database, for a session from a cookie.
   * @returns undefined if the session has ended or its user is banned.
   */
  async confirmed({ token, userId }: Session): Promise<Identity | undefined> {
    const found = await this.reader.read({ token });
    const isLive =
      found?.session.userId === userId && found.session.expiresAt.getTime() > Date.now() && !found.isBanned;
    return isLive ? { session: found.session, user: found.user } : undefined;
  }

  /** Always reads the database. @returns undefined if the session has ended or its user is banned. */
  async ownerOf(token: string): Promise<string | undefined> {
    const session = await this.sessions.findByToken(token);
    const isLive = session !== undefined && session.expires_at > new Date() && !session.user_is_banned;
    return isLive ? session.user_id : undefined;
  }
}
