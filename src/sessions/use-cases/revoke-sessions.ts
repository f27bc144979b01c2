import { Injectable } from '@nestjs/common';
import { Revocations } from '../revocations.js';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';

/** Ends all sessions of the user, including the current one (src/sessions/protocol.md, "revoke-sessions"). */
@Injectable()
export class RevokeSessions {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly revocations: Revocations,
  ) {}

  async execute({ user }: AuthContext): Promise<void> {
    await this.revocations.announce(user.id);
    await this.sessions.deleteAllOf(user.id);
  }
}
