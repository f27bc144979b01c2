import { Injectable } from '@nestjs/common';
import { Text } from '../../http/fields.js';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';

export class RevokeSessionBody {
  @Text({ description: 'Token of the session to end', example: 'vjkABykLEssOvs7L56gUpQsZ3DLhCudT' })
  token!: string;
}

/**
 * Ends one session (src/sessions/protocol.md, "revoke-session"). If the session does not exist or belongs to
 * another user, nothing happens and the answer is the same, so that the caller cannot find out which tokens
 * exist.
 */
@Injectable()
export class RevokeSession {
  constructor(private readonly sessions: SessionsStore) {}

  /** @returns `wasCurrent`: true if it was the caller's current session. */
  async execute(
    { user, session }: AuthContext,
    { token }: RevokeSessionBody,
  ): Promise<{ wasCurrent: boolean }> {
    await this.sessions.deleteOwned(token, user.id);
    return { wasCurrent: token === session.token };
  }
}
