import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { cookieSettings } from '../../config/cookie-settings.js';
import { currentSecret } from '../../config/keyring.js';
import { CookieJar } from '../../cookies/cookie-jar.js';
import { cookieName } from '../../cookies/session-cookies.js';
import { signValue } from '../../cookies/signed-value.js';
import { forbidden, unauthorized } from '../../errors/auth-error.js';
import { jarOf } from '../../http/request-cookies.js';
import type { Session } from '../../sessions/session.js';
import { UsersStore } from '../../users/users.store.js';
import type { HostedCall } from './hosted-call.js';

/** A session as the library's context has it. It may have no row, such as that of an API key. */
export type GivenSession = Omit<Session, 'additional'>;

/** Lets a request act for the session that a hook of a plugin has given it, as the plugin `api-key` does. */
@Injectable()
export class GivenSessions {
  private readonly tokenCookie: string;
  private readonly dataCookie: string;
  private readonly secret: string;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly users: UsersStore,
  ) {
    const settings = cookieSettings(config);
    this.tokenCookie = cookieName(settings, 'session_token');
    this.dataCookie = cookieName(settings, 'session_data');
    this.secret = currentSecret(config);
  }

  /**
   * Call this before the server's own route runs. A session with a row passes all checks of this server.
   * @throws {AuthError} 401 if the session has ended or its user does not exist; 403 if the user is banned.
   */
  async take(call: HostedCall, session: GivenSession): Promise<void> {
    const { request } = call;
    if (request.actsAs || call.act?.session === session.id) return;
    const signed = encodeURIComponent(signValue(session.token, this.secret));
    const others = [...jarOf(request).carried].filter(([name]) => !name.startsWith(this.dataCookie));
    request.jar = new CookieJar(new Map([...others, [this.tokenCookie, signed]]));
    // It would come before the cookie.
    delete request.headers.authorization;
    const { requestedSession } = request;
    const hasRow = (await requestedSession.find())?.session !== undefined;
    if (!hasRow) return this.actAs(call, session);
    const stored = await requestedSession.resolve({ renews: false });
    if (!stored) throw unauthorized('UNAUTHORIZED');
    call.act = { client: request.client, actor: stored.user.id, session: stored.session.id };
  }

  /**
   * Lets the request act for a session without a row.
   * @throws {AuthError} 401 if the user does not exist; 403 if the user is banned.
   */
  async actAs(call: HostedCall, session: GivenSession): Promise<void> {
    const owner = await this.users.findWithBan(session.userId);
    if (!owner) throw unauthorized('USER_NOT_FOUND');
    if (owner.isBanned) throw forbidden('BANNED_USER');
    const { user } = owner;
    call.act = { client: call.request.client, actor: user.id, session: session.id };
    call.request.actsAs = { session: { ...session, additional: {} }, user };
  }
}
