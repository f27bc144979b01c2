import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SessionsStore } from '../sessions/sessions.store.js';
import { UsersStore } from '../users/users.store.js';
import { verificationIdentifier } from '../verifications/verification-identifier.js';
import { VerificationsStore } from '../verifications/verifications.store.js';
import { AccountsStore } from './accounts.store.js';

/** Deletes a user with all sessions and accounts (src/accounts/protocol.md, "delete-user"). */
@Injectable()
export class AccountDeletion {
  constructor(
    private readonly users: UsersStore,
    private readonly sessions: SessionsStore,
    private readonly accounts: AccountsStore,
    private readonly verifications: VerificationsStore,
  ) {}

  /** The accounts come first, because everything that verifies a password locks them first too. */
  async delete(userId: string, manager: EntityManager): Promise<void> {
    await this.accounts.deleteAllOf(userId, manager);
    await this.sessions.deleteAllOf(userId, manager);
    await this.users.delete(userId, manager);
  }

  /** Deletes the user if the mailed token is theirs. The token is used up even if it is another user's. */
  async redeem(userId: string, token: string, manager: EntityManager): Promise<'deleted' | 'no such token'> {
    const owner = await this.verifications.consume(verificationIdentifier.deleteAccount(token), manager);
    if (owner !== userId) return 'no such token';
    await this.delete(userId, manager);
    return 'deleted';
  }
}
