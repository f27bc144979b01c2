import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { EmailTokenClaims } from '../crypto/email-token.js';
import { unauthorized } from '../errors/auth-error.js';
import type { AnswerParts } from '../http/answer.js';
import type { Client } from '../http/client.js';
import { keptBy } from '../sessions/auth-context.js';
import type { RequestedSession } from '../sessions/requested-session.js';
import { UsersStore } from '../users/users.store.js';
import { verificationIdentifier } from '../verifications/verification-identifier.js';
import { VerificationsStore } from '../verifications/verifications.store.js';
import { AccountCallbacks } from './account-callbacks.js';
import { EmailLinks } from './email-links.js';
import { EmailWriter } from './email-writer.js';
import { PreRegistration } from './pre-registration.js';
import type { User } from '../users/user.js';
import { lowerCaseAddress } from '../network/lower-case-address.js';

export interface FollowedLink {
  readonly token: string;
  readonly callbackURL: string | undefined;
  /** The client that opened the link. */
  readonly client: Client;
  /** The session of the browser that opened the link. */
  readonly requested: RequestedSession;
}

/** The result of following a link. */
export interface Followed {
  /** Undefined: the answer has no field `user`. Null: the field `user` is null. */
  readonly user?: User | null;
  readonly parts: AnswerParts;
}

export interface EmailChangeClaims extends EmailTokenClaims {
  readonly updateTo: string;
}

/** Handles a link that was mailed to change an e-mail address (src/accounts/protocol.md, "verify-email"). */
@Injectable()
export class EmailChange {
  constructor(
    private readonly users: UsersStore,
    private readonly verifications: VerificationsStore,
    private readonly links: EmailLinks,
    private readonly writer: EmailWriter,
    private readonly preRegistration: PreRegistration,
    private readonly callbacks: AccountCallbacks,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The link works only while the user who asked for it still has the same e-mail as then. It signs nobody in.
   * @throws {AuthError} 401 `INVALID_TOKEN`, `USER_NOT_FOUND`; `INVALID_USER` if the browser is signed in as another user.
   */
  async follow(claims: EmailChangeClaims, link: FollowedLink): Promise<Followed> {
    if (!claims.userId) throw unauthorized('INVALID_TOKEN');
    const user = await this.users.findById(claims.userId);
    if (!user) throw unauthorized('USER_NOT_FOUND');
    if (lowerCaseAddress(user.email) !== claims.email) throw unauthorized('INVALID_TOKEN');
    if (await this.preRegistration.refuses(claims.userId, claims.iat)) throw unauthorized('INVALID_TOKEN');
    const auth = await link.requested.resolve();
    if (auth && auth.user.id !== user.id) throw unauthorized('INVALID_USER');
    // Otherwise the owner of the new address could open the link of a stranger's account, and confirm that account.
    if (!auth && this.preRegistration.coversLinks) throw unauthorized('INVALID_USER');
    if (claims.requestType === 'change-email-confirmation') {
      await this.askNewAddress(user, claims, link);
      return { parts: {} };
    }
    const verified = claims.requestType === 'change-email-verification';
    const wanted = { email: claims.updateTo, emailVerified: verified ? undefined : false };
    const changed = await this.writer.change(user, wanted, link.client);
    // Another user has taken the address in the meantime.
    if (!changed) throw unauthorized('INVALID_TOKEN');
    if (!verified) await this.askAgain(changed, link);
    else if (changed.emailVerified) await this.callbacks.call('afterEmailVerification', changed);
    if (!auth) return { user: changed, parts: {} };
    // The cookie keeps the old `updatedAt`, because Better Auth's does.
    const kept = { ...changed, updatedAt: auth.user.updatedAt };
    return { user: changed, parts: keptBy(auth, { session: auth.session, user: kept }) };
  }

  /** Mails once for each confirmation link, because a visitor could otherwise open it again to send more mails. */
  private async askNewAddress(
    user: User,
    { updateTo }: EmailChangeClaims,
    { token, callbackURL, client: { language } }: FollowedLink,
  ): Promise<void> {
    if (!this.links.enabled) return;
    const identifier = verificationIdentifier.changeEmailConfirmation(token);
    if (!(await this.verifications.reserve(identifier, this.config.emailVerification.expiresIn))) return;
    await this.links.verifyChange({ user, newEmail: updateTo, callbackURL, language });
  }

  /** Mails a link to verify the new address. Links of an older Better Auth change the address before it is verified. */
  private async askAgain(user: User, { callbackURL, client: { language } }: FollowedLink): Promise<void> {
    if (this.links.enabled) await this.links.verify({ user, callbackURL, language });
  }
}
