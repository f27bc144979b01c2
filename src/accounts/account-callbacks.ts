import { Injectable } from '@nestjs/common';
import type { User } from '../users/user.js';

/** Somebody who is about to get a user, a further account, or a session by an account at a provider. */
export interface IncomingIdentity {
  readonly action: 'create-user' | 'link-account' | 'sign-in';
  /** The fields that the server would store, or that the provider has sent, by their names in the protocol. */
  readonly user: Readonly<Record<string, unknown>>;
  /** Undefined for a sign-up with a password. */
  readonly provider?: { readonly id: string; readonly profile: unknown };
}

/** A feature is called at these moments of an account. If it throws an error, the client gets that error as the answer. */
export interface AccountCallback {
  /** After the user has set a new password with a mailed link. */
  onPasswordReset?(user: User): Promise<void>;
  /** Before a mailed link verifies the user's e-mail. */
  beforeEmailVerification?(user: User): Promise<void>;
  /** After a mailed link has verified the user's e-mail, or has changed one that was verified. */
  afterEmailVerification?(user: User): Promise<void>;
  /** After somebody has tried to sign up with the user's e-mail, if the answer does not tell that it is taken. */
  onExistingUserSignUp?(user: User): Promise<void>;
  /** Before an identity is admitted. An error refuses it. */
  admit?(identity: IncomingIdentity): Promise<void>;
  /** True if an e-mail from this provider counts as verified, so that its account may be linked. */
  trusts?(provider: string): Promise<boolean>;
}

type Moment = Exclude<keyof AccountCallback, 'admit' | 'trusts'>;

/** The callbacks of features. They run in the order in which they were added. */
@Injectable()
export class AccountCallbacks {
  private readonly callbacks: AccountCallback[] = [];

  add(callback: AccountCallback): void {
    this.callbacks.push(callback);
  }

  has(moment: Moment): boolean {
    return this.callbacks.some((callback) => callback[moment] !== undefined);
  }

  async call(moment: Moment, user: User): Promise<void> {
    for (const callback of this.callbacks) await callback[moment]?.(user);
  }

  async admit(identity: IncomingIdentity): Promise<void> {
    for (const callback of this.callbacks) await callback.admit?.(identity);
  }

  async trusts(provider: string): Promise<boolean> {
    for (const callback of this.callbacks) if (await callback.trusts?.(provider)) return true;
    return false;
  }
}
