import { Injectable } from '@nestjs/common';
import { SessionsStore } from './sessions.store.js';

/** Says whose session a token is for, when no request presents it. Never answers from a cache. */
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
