import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Account } from '../accounts/account.js';
import { ProviderAccountsStore } from '../accounts/provider-accounts.store.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { Client } from '../http/client.js';
import { lowerCaseAddress } from '../network/lower-case-address.js';
import type { User } from '../users/user.js';
import { UsersStore } from '../users/users.store.js';
import { IdentityAdmission } from './identity-admission.js';
import { ImplicitLinking } from './implicit-linking.js';
import { fieldsFrom } from './provider-fields.js';
import type { ProviderIdentity } from './provider-identity.js';
import { ProviderRefusal } from './provider-refusal.js';

export interface EntryRequest {
  readonly disableSignUp: boolean;
  readonly overrideUserInfo: boolean;
  readonly client: Client;
}

export interface Entered {
  readonly user: User;
  readonly isNew: boolean;
}

/** Finds the user of a person by the account or by the e-mail, or creates one (src/social/protocol.md, "Linking decision"). */
@Injectable()
export class ProviderUser {
  constructor(
    private readonly users: UsersStore,
    private readonly accounts: ProviderAccountsStore,
    private readonly linking: ImplicitLinking,
    private readonly admission: IdentityAdmission,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {ProviderRefusal} if the person may not enter. */
  async find(identity: ProviderIdentity, request: EntryRequest, manager: EntityManager): Promise<Entered> {
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
    identity: ProviderIdentity,
    manager: EntityManager,
  ): Promise<User> {
    const { tokens, profile } = identity;
    await this.admission.ofKnown('sign-in', identity, { id: user.id, email: addressOf(identity) });
    if (this.config.account.updateAccountOnSignIn) {
      const isThere = await this.accounts.update(account, { ...tokens, scope: undefined }, manager);
      if (!isThere)
        throw new ProviderRefusal('unable_to_update_account', 'the account was deleted in the meantime');
    }
    if (!profile.emailVerified || user.emailVerified || lowerCaseAddress(profile.email ?? '') !== user.email)
      return user;
    return (await this.users.update(user.id, { emailVerified: true }, manager)) ?? user;
  }

  private async signUp(
    identity: ProviderIdentity,
    { disableSignUp }: EntryRequest,
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
    const { additional, ...core } = newUser;
    await this.admission.ofNew(identity, { ...core, ...additional, image: profile.image });
    const user = await this.users.add(newUser, manager);
    await this.accounts.add(user.id, key, tokens, manager);
    return user;
  }
}

/** @throws {ProviderRefusal} `email_not_found`, because every user needs an e-mail. */
function addressOf({ profile: { email } }: ProviderIdentity): string {
  if (!email) throw new ProviderRefusal('email_not_found', 'the profile has no e-mail');
  return lowerCaseAddress(email);
}
