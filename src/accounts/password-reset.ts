import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { unprocessable } from '../errors/auth-error.js';
import type { Client } from '../http/client.js';
import { OwnerNotices } from '../notices/owner-notices.js';
import { SessionsStore } from '../sessions/sessions.store.js';
import type { User } from '../users/user.js';
import { AccountsStore } from './accounts.store.js';
import { PreRegistration } from './pre-registration.js';

/** Sets the password of a user who has shown a mailed token, in the transaction that uses up the token. */
@Injectable()
export class PasswordReset {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly accounts: AccountsStore,
    private readonly preRegistration: PreRegistration,
    private readonly notices: OwnerNotices,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {AuthError} 422 if a hook of a feature refuses the new password. */
  async write(user: User, hash: string, client: Client, manager: EntityManager): Promise<void> {
    await this.preRegistration.end(user, { hash }, manager);
    // Rolled back, so that the token can be used again.
    if (!(await this.accounts.setPassword(user.id, hash, manager)))
      throw unprocessable('FAILED_TO_UPDATE_USER');
    // After the password, because a sign-in with the old one may be about to commit its session. It holds the account.
    if (this.config.emailAndPassword.revokeSessionsOnPasswordReset) {
      await this.sessions.deleteAllOf(user.id, manager);
    }
    await this.notices.send({ kind: 'password-changed', user, client }, manager);
  }
}
