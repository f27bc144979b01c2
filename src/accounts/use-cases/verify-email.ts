import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { openingSecrets } from '../../config/keyring.js';
import { openEmailToken, type EmailTokenClaims } from '../../crypto/email-token.js';
import { AuthError, unauthorized } from '../../errors/auth-error.js';
import { isEmailAddress } from '../../http/email-address.js';
import { Text } from '../../http/fields.js';
import { redirect, withQuery } from '../../http/redirect.js';
import { SessionCookieWriter } from '../../http/session-cookie-writer.js';
import { SessionResolver } from '../../sessions/session-resolver.js';
import { CreateSession } from '../../sessions/use-cases/create-session.js';
import type { UserAnswer } from '../../users/present-user.js';
import type { User } from '../../users/user.js';
import { UsersStore } from '../../users/users.store.js';
import { EmailChange, type EmailChangeClaims } from '../email-change.js';

export class VerifyEmailQuery {
  @Text({ description: 'Of the mailed link' })
  token!: string;

  @Text({ optional: true, description: 'Where to go on; gets `?error=` when the link is no good' })
  callbackURL?: string;
}

interface VerifyEmailAnswer {
  status: true;
  user?: UserAnswer | null;
}

/** Follows a mailed link: proves an address, or changes it (protocol.md §1.24). */
@Injectable()
export class VerifyEmail {
  private readonly secrets: readonly string[];

  constructor(
    private readonly users: UsersStore,
    private readonly emailChange: EmailChange,
    private readonly resolver: SessionResolver,
    private readonly createSession: CreateSession,
    private readonly cookies: SessionCookieWriter,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    // Rotating the secret must not spoil links that are on their way.
    this.secrets = openingSecrets(config);
  }

  /** @throws {AuthError} 302 to `callbackURL`, if there is one; else 401 `TOKEN_EXPIRED`, `INVALID_TOKEN`, `USER_NOT_FOUND`, `INVALID_USER`. */
  async execute(
    { token, callbackURL }: VerifyEmailQuery,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<VerifyEmailAnswer> {
    const answer = await this.follow(token, callbackURL, request, reply).catch((error: unknown) => {
      throw sendBack(error, callbackURL);
    });
    if (callbackURL) throw redirect(callbackURL);
    return answer;
  }

  private async follow(
    token: string,
    callbackURL: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<VerifyEmailAnswer> {
    const claims = openEmailToken(token, this.secrets);
    if (claims === 'expired') throw unauthorized('TOKEN_EXPIRED');
    if (claims === 'invalid' || !isEmailAddress(claims.email)) throw unauthorized('INVALID_TOKEN');
    if (isChange(claims)) return this.emailChange.follow(claims, { token, callbackURL, request, reply });
    const user = await this.ownerOf(claims);
    if (!user.emailVerified) {
      await this.users.verifyEmail(user);
      if (this.config.emailVerification.autoSignInAfterVerification && !user.banned) {
        await this.signIn(user, request, reply);
      }
    }
    return { status: true, user: null };
  }

  /** The user the link was made for, and nobody who has the address now. */
  private async ownerOf({ email, userId }: EmailTokenClaims): Promise<User> {
    const named = userId === undefined ? undefined : await this.users.findById(userId);
    if (named?.email.toLowerCase() === email.toLowerCase()) return named;
    const user = await this.users.findByEmail(email.toLowerCase());
    if (!user) throw unauthorized('USER_NOT_FOUND');
    if (userId !== undefined && userId !== user.id) throw unauthorized('INVALID_TOKEN');
    return user;
  }

  /** Into the session the client has, if it is this user's. */
  private async signIn(user: User, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const auth = await this.resolver.resolve(request, reply);
    const own = auth?.user.id === user.id ? auth : undefined;
    if (own?.credential === 'jwt') return;
    const session = own?.session ?? (await this.createSession.execute(user.id, request, true));
    const identity = { session, user: { ...user, emailVerified: true } };
    await this.cookies.signIn(request, reply, identity, !this.resolver.isNotRemembered(request));
  }
}

const isChange = (claims: EmailTokenClaims): claims is EmailChangeClaims => Boolean(claims.updateTo);

/** What is wrong with a link is told to the page that it leads to. */
function sendBack(error: unknown, callbackURL: string | undefined): unknown {
  if (!callbackURL || !(error instanceof AuthError) || !error.body?.code) return error;
  const target = withQuery(callbackURL, { error: error.body.code });
  return target === undefined ? error : redirect(target);
}
