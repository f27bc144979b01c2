import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Audit } from '../audit/audit.js';
import { ProviderAccountsStore } from '../accounts/provider-accounts.store.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { isRefusedValue } from '../database/refused-value.js';
import { isUniqueViolation } from '../database/unique-violation.js';
import type { Client } from '../http/client.js';
import { UsersStore } from '../users/users.store.js';
import { IdentityAdmission } from './identity-admission.js';
import { ImplicitLinking, refusedByHook } from './implicit-linking.js';
import type { ProviderIdentity } from './provider-identity.js';
import { ProviderRefusal, type RefusalCode } from './provider-refusal.js';
import { lowerCaseAddress } from '../network/lower-case-address.js';

export interface LinkedUser {
  readonly userId: string;
  readonly email: string;
}

/**
 * Links a provider account to the user who asks for it, in one transaction
 * (src/social/protocol.md, "Linking decision").
 */
@Injectable()
export class ExplicitLinking {
  constructor(
    private readonly audit: Audit,
    private readonly accounts: ProviderAccountsStore,
    private readonly implicit: ImplicitLinking,
    private readonly users: UsersStore,
    private readonly admission: IdentityAdmission,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * If the user already has the account, it gets the new tokens, and the new scopes are added to its old ones.
   * @throws {ProviderRefusal} `account_already_linked_to_different_user`, `unable_to_link_account`.
   */
  async link(target: LinkedUser, identity: ProviderIdentity, client: Client): Promise<void> {
    try {
      await this.audit.transaction({ client }, (manager) => this.write(target, identity, client, manager));
    } catch (error) {
      if (isUniqueViolation(error)) throw taken();
      if (isRefusedValue(error)) {
        throw new ProviderRefusal('unable_to_link_account', 'the database takes no such row');
      }
      throw error;
    }
  }

  /**
   * @returns why the user may not link this identity; undefined if they may.
   * @throws {AuthError} what a feature answers that refuses the identity.
   */
  async refusal(target: LinkedUser, identity: ProviderIdentity): Promise<RefusalCode | undefined> {
    const { profile } = identity;
    const { enabled, allowDifferentEmails } = this.config.account.accountLinking;
    await this.admission.ofKnown('link-account', identity, { id: target.userId, email: profile.email });
    if (!enabled || !(await this.implicit.isVouchedFor(identity))) return 'unable_to_link_account';
    const isSame = lowerCaseAddress(profile.email ?? '') === lowerCaseAddress(target.email);
    return isSame || allowDifferentEmails ? undefined : 'email_does_not_match';
  }

  private async write(
    { userId }: LinkedUser,
    identity: ProviderIdentity,
    client: Client,
    manager: EntityManager,
  ): Promise<void> {
    const { key, tokens } = identity;
    const account = await this.accounts.findByKey(key, manager);
    if (account && account.userId !== userId) throw taken();
    if (account) {
      const scope = bothOf(account.scope, tokens.scope) || undefined;
      await this.accounts.update(account, { ...tokens, scope }, manager);
    } else {
      if (!(await this.accounts.add(userId, key, tokens, manager))) throw refusedByHook();
      const user = await this.users.findById(userId, manager);
      if (user) await this.implicit.tell(user, identity, client, manager);
    }
    await this.implicit.copyProfile(userId, identity, manager);
  }
}

const taken = () =>
  new ProviderRefusal('account_already_linked_to_different_user', 'the account is another user’s');

function bothOf(...scopes: (string | null | undefined)[]): string {
  const all = scopes.flatMap((scope) => scope?.split(',') ?? []).map((scope) => scope.trim());
  return [...new Set(all)].filter((scope) => scope !== '').join(',');
}
