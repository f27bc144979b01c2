import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { badRequest } from '../../errors/auth-error.js';
import { Flag, Text } from '../../http/fields.js';
import type { Client } from '../../http/client.js';
import { SessionsStore } from '../../sessions/sessions.store.js';
import { CreateSession } from '../../sessions/use-cases/create-session.js';
import type { Session } from '../../sessions/session.js';
import type { User } from '../../users/user.js';
import { AccountsStore } from '../accounts.store.js';
import { PasswordCheck } from '../password-check.js';
import { Passwords } from '../passwords.js';

export class ChangePasswordBody {
  @Text({ format: 'password', example: 'correct horse battery staple' })
  newPassword!: string;

  @Text({ format: 'password', example: 'correct horse battery' })
  currentPassword!: string;

  @Flag({ optional: true, description: 'true: all sessions end, and this client gets a new one' })
  revokeOtherSessions?: boolean;
}

/** Changes the password of a user who knows the current one (src/accounts/protocol.md, "change-password"). */
@Injectable()
export class ChangePassword {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly accounts: AccountsStore,
    private readonly sessions: SessionsStore,
    private readonly passwords: Passwords,
    private readonly check: PasswordCheck,
    private readonly createSession: CreateSession,
  ) {}

  /**
   * Checks in the order of src/accounts/protocol.md, "change-password".
   * @returns the session that replaces all others; undefined unless `revokeOtherSessions` is true.
   * @throws {AuthError} 400 `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, `CREDENTIAL_ACCOUNT_NOT_FOUND`,
   * `INVALID_PASSWORD`; 403 `BANNED_USER`.
   */
  async execute(
    user: User,
    { newPassword, currentPassword, revokeOtherSessions }: ChangePasswordBody,
    client: Client,
  ): Promise<Session | undefined> {
    this.passwords.requireAllowedLength(newPassword);
    this.passwords.requireNotTooLong(currentPassword);
    const stored = await this.accounts.findPassword(user.id);
    if (!stored) throw badRequest('CREDENTIAL_ACCOUNT_NOT_FOUND');
    const hash = await this.passwords.hash(newPassword, user, client);
    if (!(await this.check.isRight(user, { stored, password: currentPassword, client })))
      throw badRequest('INVALID_PASSWORD');
    return this.dataSource.transaction(async (manager) => {
      if (revokeOtherSessions) await this.sessions.deleteAllOf(user.id, manager);
      // Another request has changed the password, so `currentPassword` is no longer the current one.
      const replaced = await this.accounts.replacePassword(stored.accountId, stored.hash, hash, manager);
      if (!replaced) throw badRequest('INVALID_PASSWORD');
      if (!revokeOtherSessions) return undefined;
      return this.createSession.execute({ userId: user.id, client, remember: true }, manager);
    });
  }
}
