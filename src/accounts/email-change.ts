import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { EmailTokenClaims } from '../crypto/email-token.js';
import { unauthorized } from '../errors/auth-error.js';
import type { AnswerParts } from '../http/answer.js';
import { keptBy } from '../sessions/auth-context.js';
import type { RequestedSession } from '../sessions/requested-session.js';
import { UsersStore } from '../users/users.store.js';
import { verificationIdentifier } from '../verifications/verification-identifier.js';
import { VerificationsStore } from '../verifications/verifications.store.js';
import { EmailLinks } from './email-links.js';
import type { User } from '../users/user.js';

export interface FollowedLink {
  readonly token: string;
  readonly callbackURL: string | undefined;
  /** Of the mails that follow. */
  readonly language: string | undefined;
  /** The session of the browser that opened the link. */
  readonly requested: RequestedSession;
}

/** What a link has brought about. */
export interface Followed {
  /** Undefined: the answer does not speak of the user. Null: it says that it does not. */
  readonly user?: User | null;
  readonly parts: AnswerParts;
}

export interface EmailChangeClaims extends EmailTokenClaims {
  readonly updateTo: string;
}

/** What follows from a link that was mailed to change an address (protocol.md §1.24). */
@Injectable()
export class EmailChange {
  constructor(
    private readonly users: UsersStore,
    private readonly verifications: VerificationsStore,
    private readonly links: EmailLinks,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Only for the user who asked, while they still have the address they had then. Signs nobody in.
   * @throws {AuthError} 401 `INVALID_TOKEN`, `USER_NOT_FOUND`; `INVALID_USER` for who is signed in as somebody else.
   */
  async follow(claims: EmailChangeClaims, link: FollowedLink): Promise<Followed> {
    if (!claims.userId) throw unauthorized('INVALID_TOKEN');
    const user = await this.users.findById(claims.userId);
    if (!user) throw unauthorized('USER_NOT_FOUND');
    if (user.email.toLowerCase() !== claims.email) throw unauthorized('INVALID_TOKEN');
    const auth = await link.requested.resolve();
    if (auth && auth.user.id !== user.id) throw unauthorized('INVALID_USER');
    if (claims.requestType === 'change-email-confirmation') {
      await this.askNewAddress(user, claims, link);
      return { parts: {} };
    }
    const verified = claims.requestType === 'change-email-verification';
    const changed = await this.users.changeEmail(user, claims.updateTo, verified ? undefined : false);
    // Somebody else has taken the address since.
    if (!changed) throw unauthorized('INVALID_TOKEN');
    if (!verified) await this.askAgain(changed, link);
    if (!auth) return { user: changed, parts: {} };
    // The cookie keeps the old `updatedAt`, because Better Auth's does.
    const kept = { ...changed, updatedAt: auth.user.updatedAt };
    return { user: changed, parts: keptBy(auth, { session: auth.session, user: kept }) };
  }

  /** Once for each confirmation link, however often it is opened: mail is not to be sent at a visitor's will. */
  private async askNewAddress(
    user: User,
    { updateTo }: EmailChangeClaims,
    { token, callbackURL, language }: FollowedLink,
  ): Promise<void> {
    if (!this.links.enabled) return;
    const identifier = verificationIdentifier.changeEmailConfirmation(token);
    if (!(await this.verifications.reserve(identifier, this.config.emailVerification.expiresIn))) return;
    await this.links.verifyChange({ user, newEmail: updateTo, callbackURL, language });
  }

  /** Links of an older Better Auth change the address before the new one is proven. */
  private async askAgain(user: User, { callbackURL, language }: FollowedLink): Promise<void> {
    if (this.links.enabled) await this.links.verify({ user, callbackURL, language });
  }
}
