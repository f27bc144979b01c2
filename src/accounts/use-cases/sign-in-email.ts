import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { badRequest, forbidden, unauthorized } from '../../errors/auth-error.js';
import { isEmailAddress } from '../../http/email-address.js';
import { Flag, Text } from '../../http/fields.js';
import { locationOf } from '../../http/location.js';
import { SessionCookieWriter } from '../../http/session-cookie-writer.js';
import { CreateSession } from '../../sessions/use-cases/create-session.js';
import { presentUser, type UserAnswer } from '../../users/present-user.js';
import { AccountsStore, type Credentials } from '../accounts.store.js';
import { EmailLinks } from '../email-links.js';
import { Passwords } from '../passwords.js';
import type { Session } from '../../sessions/session.js';
import type { User } from '../../users/user.js';

export class SignInEmailBody {
  @Text({ example: 'ada@example.com' })
  email!: string;

  @Text({ format: 'password', example: 'correct horse battery' })
  password!: string;

  @Text({ optional: true, description: 'Comes back as `url` and in `Location`' })
  callbackURL?: string;

  @Flag({ optional: true, description: 'false: the session ends with the browser' })
  rememberMe?: boolean;
}

export interface SignedIn {
  readonly user: User;
  readonly session: Session;
}

export interface SignInEmailAnswer {
  redirect: boolean;
  token: string;
  url?: string;
  user: UserAnswer;
}

/** Sign-in with e-mail and password (protocol.md §1.7). */
@Injectable()
export class SignInEmail {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly passwords: Passwords,
    private readonly createSession: CreateSession,
    private readonly links: EmailLinks,
    private readonly cookies: SessionCookieWriter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute(
    body: SignInEmailBody,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<SignInEmailAnswer> {
    const { user, session } = await this.signIn(body, request);
    await this.cookies.signIn(request, reply, { session, user }, body.rememberMe !== false);
    if (body.callbackURL) void reply.header('location', locationOf(body.callbackURL));
    return {
      redirect: Boolean(body.callbackURL),
      token: session.token,
      ...(body.callbackURL === undefined ? {} : { url: body.callbackURL }),
      user: presentUser(user),
    };
  }

  /**
   * In the order of protocol.md §1.7.
   * @throws {AuthError} 401 `INVALID_EMAIL_OR_PASSWORD`, the same for an unknown user and a wrong password; 403
   * `EMAIL_NOT_VERIFIED` and `BANNED_USER` only to who knows the password.
   */
  async signIn(body: SignInEmailBody, request: FastifyRequest): Promise<SignedIn> {
    const { email, password, rememberMe } = body;
    if (!this.config.emailAndPassword.enabled) throw badRequest('EMAIL_PASSWORD_DISABLED');
    if (!isEmailAddress(email)) throw badRequest('INVALID_EMAIL');
    this.passwords.requireNotTooLong(password);
    const credentials = await this.verified(await this.accounts.findCredentials(email), password);
    if (!credentials) throw unauthorized('INVALID_EMAIL_OR_PASSWORD');
    await this.requireVerifiedEmail(credentials.user, body.callbackURL, request);
    if (credentials.banned) throw forbidden('BANNED_USER');
    await this.rehash(credentials, password);
    const session = await this.createSession.execute(credentials.user.id, request, rememberMe !== false);
    return { user: credentials.user, session };
  }

  private async verified(
    candidates: readonly Credentials[],
    password: string,
  ): Promise<Credentials | undefined> {
    const withPassword = candidates.filter((candidate) => candidate.password);
    // Somebody unknown costs the same time as somebody known.
    if (withPassword.length === 0) await this.passwords.pretendToVerify(password);
    for (const candidate of withPassword) {
      if (await this.passwords.verify(candidate.password ?? '', password)) return candidate;
    }
    return undefined;
  }

  private async requireVerifiedEmail(
    user: User,
    callbackURL: string | undefined,
    request: FastifyRequest,
  ): Promise<void> {
    if (!this.config.emailAndPassword.requireEmailVerification || user.emailVerified) return;
    if (this.config.emailVerification.sendOnSignIn && this.links.enabled) {
      await this.links.verify({ user, callbackURL, request });
    }
    throw forbidden('EMAIL_NOT_VERIFIED');
  }

  /**
   * Brings a hash in another format, or of a lower cost, to the configured one (contract: Passwords). The password was
   * right, so a full queue only puts that off.
   */
  private async rehash({ accountId, password: stored }: Credentials, password: string): Promise<void> {
    if (!accountId || !stored || !this.passwords.needsRehash(stored, password)) return;
    const hash = await this.passwords.hashUnlessBusy(password);
    if (hash) await this.accounts.rehash(accountId, stored, hash);
  }
}
