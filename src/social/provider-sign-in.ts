import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Audit } from '../audit/audit.js';
import { EmailLinks } from '../accounts/email-links.js';
import { ProviderAccountsStore } from '../accounts/provider-accounts.store.js';
import type { Account } from '../accounts/account.js';
import { accountDataOf } from '../accounts/present-account.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { isRefusedValue } from '../database/refused-value.js';
import { isUniqueViolation } from '../database/unique-violation.js';
import type { AccountData } from '../cookies/account-data.js';
import type { Client } from '../http/client.js';
import { signInOptionsOf } from '../providers/provider.js';
import { CreateSession } from '../sessions/use-cases/create-session.js';
import { UsersStore } from '../users/users.store.js';
import { ImplicitLinking } from './implicit-linking.js';
import { fieldsFrom } from './provider-fields.js';
import type { ProviderIdentity } from './provider-identity.js';
import { ProviderRefusal } from './provider-refusal.js';
import type { SignedIn } from '../sessions/signed-in.js';
import type { Session } from '../sessions/session.js';
import type { User } from '../users/user.js';
import { lowerCaseAddress } from '../network/lower-case-address.js';

/** How a person signs in. Who that is comes from the provider. */
export interface SignInRequest {
  readonly callbackURL: string | undefined;
  readonly disableSignUp: boolean;
  readonly overrideUserInfo: boolean;
  readonly client: Client;
}

export interface SignedInByProvider extends SignedIn {
  readonly isNew: boolean;
  /** For the account cookie. Undefined unless `account.storeAccountCookie` is set. */
  readonly account: AccountData | undefined;
}

interface Entered {
  readonly user: User;
  readonly isNew: boolean;
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
    private readonly users: UsersStore,
    private readonly accounts: ProviderAccountsStore,
    private readonly linking: ImplicitLinking,
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
    const entered = await this.find(identity, request, manager);
    const session = (await this.mustVerify(entered, identity, request, manager))
      ? undefined
      : await this.createSession.execute(
          { userId: entered.user.id, client: request.client, remember: true },
          manager,
        );
    return { ...entered, session };
  }

  private async find(
    identity: ProviderIdentity,
    request: SignInRequest,
    manager: EntityManager,
  ): Promise<Entered> {
    const email = addressOf(identity);
    const account = await this.accounts.findByKey(identity.key, manager);
    const known = account
      ? await this.users.findById(account.userId, manager)
      : await this.users.findSureByEmail(email, manager);
    if (!known) return { user: await this.signUp(identity, request, manager), isNew: true };
    const user = account
      ? await this.refresh(known, account, identity, manager)
      : await this.linking.link(known, identity, request.client, manager);
    const isNew = false;
    return request.overrideUserInfo
      ? { user: await this.linking.override(user, { identity, email }, request.client, manager), isNew }
      : { user, isNew };
  }

  /** Replaces the stored tokens by the new ones. The granted scopes stay, because only linking changes them. */
  private async refresh(
    user: User,
    account: Account,
    { tokens, profile }: ProviderIdentity,
    manager: EntityManager,
  ): Promise<User> {
    if (this.config.account.updateAccountOnSignIn) {
      const isThere = await this.accounts.update(account.id, { ...tokens, scope: undefined }, manager);
      if (!isThere)
        throw new ProviderRefusal('unable_to_update_account', 'the account was deleted in the meantime');
    }
    if (!profile.emailVerified || user.emailVerified || lowerCaseAddress(profile.email ?? '') !== user.email)
      return user;
    return (await this.users.update(user.id, { emailVerified: true }, manager)) ?? user;
  }

  private async signUp(
    identity: ProviderIdentity,
    { disableSignUp }: SignInRequest,
    manager: EntityManager,
  ): Promise<User> {
    if (disableSignUp) throw new ProviderRefusal('signup_disabled', 'sign-up is off for this provider');
    const { profile, key, tokens } = identity;
    // Several legacy users have this e-mail in different spellings, so it is unclear who is signing in.
    if (await this.users.isEmailTaken(addressOf(identity), manager)) {
      throw new ProviderRefusal('account_not_linked', 'several users share the e-mail');
    }
    const newUser = {
      name: profile.name ?? '',
      email: addressOf(identity),
      image: profile.image ?? null,
      emailVerified: profile.emailVerified,
      additional: fieldsFrom(profile, this.config.user.additionalFields, 'create'),
    };
    const user = await this.users.add(newUser, manager);
    await this.accounts.add(user.id, key, tokens, manager);
    return user;
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

/** @throws {ProviderRefusal} `email_not_found`, because every user needs an e-mail. */
function addressOf({ profile: { email } }: ProviderIdentity): string {
  if (!email) throw new ProviderRefusal('email_not_found', 'the profile has no e-mail');
  return lowerCaseAddress(email);
}
