import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Audit } from '../audit/audit.js';
import { EmailLinks } from '../accounts/email-links.js';
import { ProviderAccountsStore } from '../accounts/provider-accounts.store.js';
import { accountDataOf } from '../accounts/present-account.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { isRefusedValue } from '../database/refused-value.js';
import { isUniqueViolation } from '../database/unique-violation.js';
import type { AccountData } from '../cookies/account-data.js';
import { signInOptionsOf } from '../providers/provider.js';
import { CreateSession } from '../sessions/use-cases/create-session.js';
import type { ProviderIdentity } from './provider-identity.js';
import { ProviderRefusal } from './provider-refusal.js';
import { ProviderUser, type Entered, type EntryRequest } from './provider-user.js';
import type { SignedIn } from '../sessions/signed-in.js';
import type { Session } from '../sessions/session.js';

/** How a person signs in. Who that is comes from the provider. */
export interface SignInRequest extends EntryRequest {
  readonly callbackURL: string | undefined;
}

export interface SignedInByProvider extends SignedIn {
  readonly isNew: boolean;
  /** For the account cookie. Undefined unless `account.storeAccountCookie` is set. */
  readonly account: AccountData | undefined;
}

interface Outcome extends Entered {
  readonly session: Session | undefined;
}

/**
 * Signs in a user found by the account or by the e-mail, or a new user, in one transaction
 * (src/social/protocol.md, "Linking decision").
 */
@Injectable()
export class ProviderSignIn {
  constructor(
    private readonly audit: Audit,
    private readonly accounts: ProviderAccountsStore,
    private readonly person: ProviderUser,
    private readonly links: EmailLinks,
    private readonly createSession: CreateSession,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * @throws {ProviderRefusal} after a rollback. `email_not_verified` is the exception: user and account stay.
   * @throws {AuthError} 403 `BANNED_USER` and 400 for a value of a configured field, both after a rollback.
   */
  async signIn(identity: ProviderIdentity, request: SignInRequest): Promise<SignedInByProvider> {
    const { user, isNew, session } = await this.enter(identity, request);
    if (!session) throw new ProviderRefusal('email_not_verified', 'the user must verify the e-mail first');
    const account = await this.accountToKeep(identity);
    return { user, session, remember: true, isNew, account };
  }

  private async accountToKeep({ key }: ProviderIdentity): Promise<AccountData | undefined> {
    if (!this.config.account.storeAccountCookie) return undefined;
    const account = await this.accounts.findByKey(key);
    return account && accountDataOf(account);
  }

  private async enter(
    identity: ProviderIdentity,
    request: SignInRequest,
    isSecondTry = false,
  ): Promise<Outcome> {
    try {
      return await this.audit.transaction({ client: request.client }, (manager) =>
        this.write(identity, request, manager),
      );
    } catch (error) {
      // Another request was faster, probably the same person in another tab. A second try finds what it wrote.
      if (mayBeKnownByNow(error) && !isSecondTry) return await this.enter(identity, request, true);
      if (isRefusedValue(error)) {
        throw new ProviderRefusal('unable_to_create_user', 'the database takes no such row');
      }
      throw error;
    }
  }

  private async write(
    identity: ProviderIdentity,
    request: SignInRequest,
    manager: EntityManager,
  ): Promise<Outcome> {
    const entered = await this.person.find(identity, request, manager);
    const session = (await this.mustVerify(entered, identity, request, manager))
      ? undefined
      : await this.createSession.execute(
          { userId: entered.user.id, client: request.client, remember: true },
          manager,
        );
    return { ...entered, session };
  }

  /** Mails a verification link if configured. Returns true if the user must verify the e-mail before a session starts. */
  private async mustVerify(
    { user, isNew }: Entered,
    { provider }: ProviderIdentity,
    { callbackURL, client: { language } }: SignInRequest,
    manager: EntityManager,
  ): Promise<boolean> {
    if (user.emailVerified) return false;
    const { requireEmailVerification = false } = signInOptionsOf(provider);
    const { sendOnSignUp, sendOnSignIn } = this.config.emailVerification;
    const mails = isNew
      ? (sendOnSignUp ?? requireEmailVerification)
      : requireEmailVerification && sendOnSignIn;
    if (mails && this.links.enabled) await this.links.verify({ user, callbackURL, language }, manager);
    return requireEmailVerification;
  }
}

/**
 * True if a parallel sign-in may have written the same rows. `account_not_linked` can mean that it was committed between
 * this sign-in's two queries: the first found no account, the second found the e-mail.
 */
const mayBeKnownByNow = (error: unknown) =>
  isUniqueViolation(error) || (error instanceof ProviderRefusal && error.code === 'account_not_linked');
