import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ProviderAccountsStore } from '../accounts/provider-accounts.store.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { Client } from '../http/client.js';
import { OwnerNotices } from '../notices/owner-notices.js';
import { EmailWriter } from '../accounts/email-writer.js';
import { PreRegistration } from '../accounts/pre-registration.js';
import { UsersStore } from '../users/users.store.js';
import { IdentityAdmission } from './identity-admission.js';
import { fieldsFrom } from './provider-fields.js';
import type { ProviderIdentity } from './provider-identity.js';
import { ProviderRefusal } from './provider-refusal.js';
import type { User } from '../users/user.js';
import { lowerCaseAddress } from '../network/lower-case-address.js';

/**
 * Links a provider account to the user who has the same e-mail (src/social/protocol.md, "Linking decision").
 * Both the provider and the user here must have verified the e-mail. Otherwise somebody who signed up with
 * another person's e-mail would share the account with that person (test/security/advisories.md, "A9").
 */
@Injectable()
export class ImplicitLinking {
  constructor(
    private readonly users: UsersStore,
    private readonly accounts: ProviderAccountsStore,
    private readonly preRegistration: PreRegistration,
    private readonly notices: OwnerNotices,
    private readonly emails: EmailWriter,
    private readonly admission: IdentityAdmission,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {ProviderRefusal} `account_not_linked`. */
  async link(user: User, identity: ProviderIdentity, client: Client, manager: EntityManager): Promise<User> {
    const { key, tokens, profile } = identity;
    if (!(await this.mayLink(user, identity))) {
      throw new ProviderRefusal(
        'account_not_linked',
        'the e-mail is not verified on both sides, or linking is off',
      );
    }
    const email = lowerCaseAddress(profile.email ?? '');
    await this.admission.ofKnown('link-account', identity, { id: user.id, email });
    const isProven = profile.emailVerified && !user.emailVerified && email === user.email;
    if (isProven) await this.preRegistration.end(user, { client }, manager);
    if (!(await this.accounts.add(user.id, key, tokens, manager))) throw refusedByHook();
    await this.tell(user, identity, client, manager);
    const verified = isProven
      ? await this.users.update(user.id, { emailVerified: true }, manager)
      : undefined;
    return (await this.copyProfile(user.id, identity, manager)) ?? verified ?? user;
  }

  /** Tells the owner that a provider account was linked. */
  async tell(
    user: Pick<User, 'name' | 'email'>,
    { key }: ProviderIdentity,
    client: Client,
    manager: EntityManager,
  ): Promise<void> {
    const values = { provider: key.providerId };
    await this.notices.send({ kind: 'account-linked', user, client, values }, manager);
  }

  /** Copies the profile except the e-mail, if `account.accountLinking.updateUserInfoOnLink` is set. */
  async copyProfile(
    userId: string,
    { profile }: ProviderIdentity,
    manager: EntityManager,
  ): Promise<User | undefined> {
    if (!this.config.account.accountLinking.updateUserInfoOnLink) return undefined;
    const additional = fieldsFrom(profile, this.config.user.additionalFields, 'update');
    return this.users.update(userId, { name: profile.name, image: profile.image, additional }, manager);
  }

  /** Replaces the whole profile by the provider's. `email` is in lower case. */
  async override(
    user: User,
    { identity, email }: { readonly identity: ProviderIdentity; readonly email: string },
    client: Client,
    manager: EntityManager,
  ): Promise<User> {
    const { profile } = identity;
    const isSame = email === user.email;
    // Do not take over an e-mail that another user has.
    const isFree = isSame || !(await this.users.isEmailTaken(email, manager));
    const changes = {
      name: profile.name ?? '',
      image: profile.image,
      additional: fieldsFrom(profile, this.config.user.additionalFields, 'update'),
      ...(isFree && {
        email,
        emailVerified: (isSame && user.emailVerified) || profile.emailVerified,
      }),
    };
    const changed = await this.users.update(user.id, changes, manager);
    if (changed) await this.emails.tell(user, changed, client, manager);
    return changed ?? user;
  }

  private async mayLink(user: User, identity: ProviderIdentity): Promise<boolean> {
    const { enabled, disableImplicitLinking, requireLocalEmailVerified } = this.config.account.accountLinking;
    const isOwn = user.emailVerified || !requireLocalEmailVerified;
    return enabled && !disableImplicitLinking && isOwn && (await this.isVouchedFor(identity));
  }

  /** True if the provider has verified the e-mail, or is trusted without that. */
  async isVouchedFor({ provider: { id }, profile }: ProviderIdentity): Promise<boolean> {
    const { trustedProviders } = this.config.account.accountLinking;
    return profile.emailVerified || trustedProviders.includes(id) || this.admission.trusts(id);
  }
}

export const refusedByHook = () =>
  new ProviderRefusal('unable_to_link_account', 'a hook of a plugin refuses the account');
