import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.js';
import type { Client } from '../../http/client.js';
import { LENGTHS, Text } from '../../http/fields.js';
import { SessionsStore } from '../sessions.store.js';
import type { PresentedJwt } from '../credentials.js';
import type { AuthContext } from '../auth-context.js';

export class RevokeSessionBody {
  @Text({
    description: 'Token of the session to end',
    example: 'vjkABykLEssOvs7L56gUpQsZ3DLhCudT',
    // A client that sends a JWT names its own session by that JWT.
    maxLength: LENGTHS.token,
  })
  token!: string;
}

/**
 * Ends one session (src/sessions/protocol.md, "revoke-session"). If the session does not exist or belongs to
 * another user, nothing happens and the answer is the same, so that the caller cannot find out which tokens
 * exist.
 */
@Injectable()
export class RevokeSession {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly audit: Audit,
  ) {}

  /** @returns `wasCurrent`: true if it was the caller's current session. */
  async execute(
    { user, session, jwt }: AuthContext,
    body: RevokeSessionBody,
    client: Client,
  ): Promise<{ wasCurrent: boolean }> {
    const token = jwt ? await this.tokenOf(body.token, { user, session, jwt }) : body.token;
    await this.audit.transaction({ client, actor: user.id, session: session.id }, (manager) =>
      this.sessions.deleteOwned(token, user.id, manager),
    );
    return { wasCurrent: token === session.token };
  }

  /** A client with a JWT names sessions as `list-sessions` shows them: its own by the JWT, the others by their ids. */
  private async tokenOf(
    handle: string,
    { user, session, jwt }: Pick<AuthContext, 'user' | 'session'> & { readonly jwt: PresentedJwt },
  ): Promise<string> {
    if (handle === jwt.text) return session.token;
    const active = await this.sessions.listActive(user.id);
    return active.find(({ id }) => id === handle)?.token ?? handle;
  }
}
