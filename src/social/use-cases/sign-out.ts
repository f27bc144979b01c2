import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.js';
import type { Client } from '../../http/client.js';
import { Flag, Text } from '../../http/fields.js';
import type { RequestedSession } from '../../sessions/requested-session.js';
import { SessionsStore } from '../../sessions/sessions.store.js';
import { ProviderSignOut } from '../provider-sign-out.js';

export class SignOutBody {
  static readonly optional = true;

  @Text({ optional: true, description: 'Where the browser goes after the sign-out at the provider' })
  callbackURL?: string;

  @Flag({ optional: true, description: 'true: the client does not open `url` automatically' })
  disableRedirect?: boolean;

  @Text({ optional: true, description: 'The provider returns it after its own sign-out' })
  state?: string;
}

/**
 * Ends the session of the request (src/sessions/protocol.md, "sign-out"). Without a session it succeeds as
 * well.
 */
@Injectable()
export class SignOut {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly atProvider: ProviderSignOut,
    private readonly audit: Audit,
  ) {}

  /** @returns the URL that signs the browser out at the provider too; undefined if there is none. */
  async execute(body: SignOutBody, requested: RequestedSession, client: Client): Promise<string | undefined> {
    const session = (await requested.find())?.session;
    if (!session) return undefined;
    await this.audit.transaction({ client, session: session.id }, (manager) =>
      this.sessions.delete(session.token, manager),
    );
    return this.atProvider.urlFor(session.userId, body);
  }
}
