import { Injectable } from '@nestjs/common';
import { presentSession, type SessionAnswer } from '../present-session.js';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';

/**
 * Lists the user's sessions that have not expired (src/sessions/protocol.md, "list-sessions"). A client with a JWT gets
 * no token: the current session has the JWT in its place, every other session its id. `revoke-session` accepts both.
 */
@Injectable()
export class ListSessions {
  constructor(private readonly sessions: SessionsStore) {}

  async execute({ user, session: current, jwt }: AuthContext): Promise<SessionAnswer[]> {
    const active = await this.sessions.listActive(user.id);
    if (!jwt) return active.map((session) => presentSession(session));
    return active.map((session) =>
      presentSession(session, session.id === current.id ? jwt.text : session.id),
    );
  }
}
