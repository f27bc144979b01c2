import { Injectable } from '@nestjs/common';
import { SessionsStore } from './sessions.store.js';

/** Finds the user of a session token that does not come from a request. Always reads the database. */
@Injectable()
export class LiveSession {
  constructor(private readonly sessions: SessionsStore) {}

  /** @returns undefined if the session has ended or its user is banned. */
  async ownerOf(token: string): Promise<string | undefined> {
    const session = await this.sessions.findByToken(token);
    const isLive = session !== undefined && session.expires_at > new Date() && !session.user_is_banned;
    return isLive ? session.user_id : undefined;
  }
}
