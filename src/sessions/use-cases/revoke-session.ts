import { Injectable } from '@nestjs/common';
import { Text } from '../../http/fields.js';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';

export class RevokeSessionBody {
  @Text({ description: 'Token of the session to end', example: 'vjkABykLEssOvs7L56gUpQsZ3DLhCudT' })
  token!: string;
}

/** Ends one session (protocol.md §1.12). One that is not the caller's, or not there, is no error: the caller learns nothing. */
@Injectable()
export class RevokeSession {
  constructor(private readonly sessions: SessionsStore) {}

  /** @returns whether it was the caller's current session. */
  async execute(
    { user, session }: AuthContext,
    { token }: RevokeSessionBody,
  ): Promise<{ wasCurrent: boolean }> {
    await this.sessions.deleteOwned(token, user.id);
    return { wasCurrent: token === session.token };
  }
}
