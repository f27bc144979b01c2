import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Flag, Text } from '../../http/fields.js';
import { locationOf } from '../../http/location.js';
import { SessionCookieWriter } from '../../http/session-cookie-writer.js';
import { SessionResolver } from '../../sessions/session-resolver.js';
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

export interface SignOutResult {
  success: true;
  url?: string;
  redirect?: boolean;
}

/**
 * Ends the session the request names; without one it succeeds all the same (protocol.md §1.10). Says where the browser
 * can be signed out at the provider too, where that offers it.
 */
@Injectable()
export class SignOut {
  constructor(
    private readonly resolver: SessionResolver,
    private readonly sessions: SessionsStore,
    private readonly cookies: SessionCookieWriter,
    private readonly atProvider: ProviderSignOut,
  ) {}

  async execute(body: SignOutBody, request: FastifyRequest, reply: FastifyReply): Promise<SignOutResult> {
    const found = await this.resolver.find(request);
    if (found?.session) await this.sessions.delete(found.session.token);
    this.cookies.expire(request, reply);
    const url = found?.session && (await this.atProvider.urlFor(found.session.userId, body));
    if (!url) return { success: true };
    const redirect = !body.disableRedirect;
    if (redirect) void reply.header('location', locationOf(url));
    return { success: true, url, redirect };
  }
}
