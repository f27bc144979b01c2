import { Injectable } from '@nestjs/common';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';

/** Ends every session of the user, the current one included (protocol.md §1.13). */
@Injectable()
export class RevokeSessions {
  constructor(private readonly sessions: SessionsStore) {}

  async execute({ user }: AuthContext): Promise<void> {
    await this.sessions.deleteAllOf(user.id);
  }
}
