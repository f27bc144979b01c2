import { Injectable } from '@nestjs/common';
import { presentSession, type SessionAnswer } from '../present-session.js';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';

/** Lists the user's sessions that have not expired (src/sessions/protocol.md, "list-sessions"). */
@Injectable()
export class ListSessions {
  constructor(private readonly sessions: SessionsStore) {}

  async execute({ user }: AuthContext): Promise<SessionAnswer[]> {
    const active = await this.sessions.listActive(user.id);
    return active.map(presentSession);
  }
}
