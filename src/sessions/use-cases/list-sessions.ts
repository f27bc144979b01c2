import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { endOf } from '../current/limits.js';
import { presentSession, type SessionAnswer } from '../present-session.js';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';

/**
 * Lists the user's sessions that have not expired (src/sessions/protocol.md, "list-sessions"). A client with a JWT gets
 * no token: the current session has the JWT in its place, every other session its id. `revoke-session` accepts both.
 */
@Injectable()
export class ListSessions {
  constructor(
    private readonly sessions: SessionsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ user, session: current, jwt }: AuthContext): Promise<SessionAnswer[]> {
    const stored = await this.sessions.listActive(user.id);
    const active = stored.filter((session) => endOf(session, this.config.sessionLimits) > Date.now());
    if (!jwt) return active.map((session) => presentSession(session));
    return active.map((session) =>
      presentSession(session, session.id === current.id ? jwt.text : session.id),
    );
  }
}
