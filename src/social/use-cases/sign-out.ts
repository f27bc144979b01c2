import { Injectable } from '@nestjs/common';
import { Flag, Text } from '../../http/fields.js';
import type { RequestedSession } from '../../sessions/requested-session.js';
import { SessionsStore } from '../../sessions/sessions.store.js';
import { ProviderSignOut } from '../provider-sign-out.js';

export class SignOutBody {
  static readonly optional = true;

  @Text({ optional: true, description: 'Where the browser goes after a provider’s own sign-out' })
  callbackURL?: string;

  @Flag({ optional: true, description: 'true: the client goes to `url` by itself' })
  disableRedirect?: boolean;

  @Text({ optional: true, description: 'Comes back with the browser from a provider’s own sign-out' })
  state?: string;
}

/**
 * Ends the session the request names; without one it succeeds all the same (protocol.md §1.10). Says where the browser
 * can be signed out at the provider too, where that offers it.
 */
@Injectable()
export class SignOut {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly atProvider: ProviderSignOut,
  ) {}

  /** @returns where the browser can be signed out at the provider too. */
  async execute(body: SignOutBody, requested: RequestedSession): Promise<string | undefined> {
    const session = (await requested.find())?.session;
    if (!session) return undefined;
    await this.sessions.delete(session.token);
    return this.atProvider.urlFor(session.userId, body);
  }
}
