import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { notFound } from '../errors/auth-error.js';
import { SessionsStore } from '../sessions/sessions.store.js';
import { UsersStore } from '../users/users.store.js';
import { verificationIdentifier } from '../verifications/verification-identifier.js';
import { VerificationsStore } from '../verifications/verifications.store.js';
import { AccountsStore } from './accounts.store.js';

/** Deletes a user with all sessions and accounts (src/accounts/protocol.md, "delete-user"). */
@Injectable()
export class AccountDeletion {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly users: UsersStore,
    private readonly sessions: SessionsStore,
    private readonly accounts: AccountsStore,
    private readonly verifications: VerificationsStore,
  ) {}

  async delete(userId: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await this.sessions.deleteAllOf(userId, manager);
      await this.accounts.deleteAllOf(userId, manager);
      await this.users.delete(userId, manager);
    });
  }

  /**
   * Deletes the user if the mailed token is theirs. The token is used up even if it is another user's.
   * @throws {AuthError} 404 `INVALID_TOKEN`.
   */
  async redeem(userId: string, token: string): Promise<void> {
    const owner = await this.verifications.consume(verificationIdentifier.deleteAccount(token));
    if (owner !== userId) throw notFound('INVALID_TOKEN');
    await this.delete(userId);
  }
}
