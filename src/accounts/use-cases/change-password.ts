import { Injectable } from '@nestjs/common';
import { badRequest } from '../../errors/auth-error.js';
import { Flag, Text } from '../../http/fields.js';
import type { Client } from '../../http/client.js';
import { OwnerNotices } from '../../notices/owner-notices.js';
import type { AuthContext } from '../../sessions/auth-context.js';
import { SessionsStore } from '../../sessions/sessions.store.js';
import { CreateSession } from '../../sessions/use-cases/create-session.js';
import type { Session } from '../../sessions/session.js';
import { AccountsStore } from '../accounts.store.js';
import { PasswordCheck } from '../password-check.js';
import { PasswordProof } from '../password-proof.js';
import { Passwords } from '../passwords.js';

export class ChangePasswordBody {
  @Text({ format: 'password', example: 'violet tractor seven moons' })
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
    private readonly accounts: AccountsStore,
    private readonly sessions: SessionsStore,
    private readonly passwords: Passwords,
    private readonly check: PasswordCheck,
    private readonly proof: PasswordProof,
    private readonly createSession: CreateSession,
    private readonly notices: OwnerNotices,
  ) {}

  /**
   * Checks in the order of src/accounts/protocol.md, "change-password".
   * @returns the session that replaces all others; undefined unless `revokeOtherSessions` is true.
   * @throws {AuthError} 400 `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, `CREDENTIAL_ACCOUNT_NOT_FOUND`,
   * `INVALID_PASSWORD`; 401 `UNAUTHORIZED` if the session was ended meanwhile; 403 `BANNED_USER`.
   */
  async execute(
    { user, session: own }: AuthContext,
    { newPassword, currentPassword, revokeOtherSessions }: ChangePasswordBody,
    client: Client,
  ): Promise<Session | undefined> {
    this.passwords.requireAllowedLength(newPassword);
    this.passwords.requireNotTooLong(currentPassword);
    const stored = await this.accounts.findPassword(user.id);
    if (!stored) throw badRequest('CREDENTIAL_ACCOUNT_NOT_FOUND');
    const hash = await this.passwords.hash(newPassword, user, client);
    const submitted = { password: currentPassword, client, session: own.id };
    if (!(await this.check.isRight(user, { stored, ...submitted }))) throw badRequest('INVALID_PASSWORD');
    const proven = await this.proof.act(stored, submitted, {
      changesAccount: true,
      act: async (manager, current) => {
        await this.sessions.requireLive(own, manager);
        if (await this.accounts.replacePassword(stored.accountId, current, hash, manager))
          await this.notices.send({ kind: 'password-changed', user, client }, manager);
        if (!revokeOtherSessions) return undefined;
        // After the password, because a sign-in with the old one may be about to commit its session. It holds the account.
        await this.sessions.deleteAllWith(own, manager);
        return this.createSession.execute({ userId: user.id, client, remember: true }, manager);
      },
    });
    if (!proven) throw badRequest('INVALID_PASSWORD');
    return proven.result;
  }
}
