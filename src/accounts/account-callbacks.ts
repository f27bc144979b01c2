import { Injectable } from '@nestjs/common';
import type { User } from '../users/user.js';

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
}

/** The callbacks of features. They run in the order in which they were added. */
@Injectable()
export class AccountCallbacks {
  private readonly callbacks: AccountCallback[] = [];

  add(callback: AccountCallback): void {
    this.callbacks.push(callback);
  }

  has(moment: keyof AccountCallback): boolean {
    return this.callbacks.some((callback) => callback[moment] !== undefined);
  }

  async call(moment: keyof AccountCallback, user: User): Promise<void> {
    for (const callback of this.callbacks) await callback[moment]?.(user);
  }
}
