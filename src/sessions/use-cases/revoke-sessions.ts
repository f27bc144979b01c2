import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.js';
import type { Client } from '../../http/client.js';
import { Revocations } from '../revocations.js';
import { SessionsStore } from '../sessions.store.js';
import type { AuthContext } from '../auth-context.js';

/** Ends all sessions of the user, including the current one (src/sessions/protocol.md, "revoke-sessions"). */
@Injectable()
export class RevokeSessions {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly revocations: Revocations,
    private readonly audit: Audit,
  ) {}

  async execute({ user, session }: AuthContext, client: Client): Promise<void> {
    await this.revocations.announce(user.id);
    await this.audit.transaction({ client, actor: user.id, session: session.id }, (manager) =>
      this.sessions.deleteAllOf(user.id, manager),
    );
  }
}
