import { Injectable } from '@nestjs/common';
import { AccountCallbacks, type IncomingIdentity } from '../accounts/account-callbacks.js';
import type { ProviderIdentity } from './provider-identity.js';

/** Asks features about a person whose identity a provider has confirmed. */
@Injectable()
export class IdentityAdmission {
  constructor(private readonly callbacks: AccountCallbacks) {}

  /**
   * @param user whom the person would sign in as, or get a further account of.
   * @throws {AuthError} what a feature answers.
   */
  async ofKnown(
    action: 'link-account' | 'sign-in',
    identity: ProviderIdentity,
    user: { readonly id: string; readonly email: string | undefined },
  ): Promise<void> {
    const { name = '', email: _, image, emailVerified, rest } = identity.profile;
    await this.ask(action, identity, { ...rest, name, image, emailVerified, ...user });
  }

  /** @throws {AuthError} what a feature answers. */
  async ofNew(identity: ProviderIdentity, user: IncomingIdentity['user']): Promise<void> {
    await this.ask('create-user', identity, user);
  }

  /** True if an e-mail from this provider counts as verified. */
  trusts(provider: string): Promise<boolean> {
    return this.callbacks.trusts(provider);
  }

  private ask(
    action: IncomingIdentity['action'],
    { provider, claims }: ProviderIdentity,
    user: IncomingIdentity['user'],
  ): Promise<void> {
    return this.callbacks.admit({ action, user, provider: { id: provider.id, profile: claims } });
  }
}
