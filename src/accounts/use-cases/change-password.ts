import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { badRequest } from '../../errors/auth-error.js';
import { Flag, Text } from '../../http/fields.js';
import { SessionCookieWriter } from '../../http/session-cookie-writer.js';
import { SessionsStore } from '../../sessions/sessions.store.js';
import { CreateSession } from '../../sessions/use-cases/create-session.js';
import { presentUser, type UserAnswer } from '../../users/present-user.js';
import { AccountsStore } from '../accounts.store.js';
import { Passwords } from '../passwords.js';
import type { AuthContext } from '../../sessions/auth-context.js';

export class ChangePasswordBody {
  @Text({ format: 'password', example: 'correct horse battery staple' })
  newPassword!: string;

  @Text({ format: 'password', example: 'correct horse battery' })
  currentPassword!: string;

  @Flag({ optional: true, description: 'true: every session ends, and this client gets a new one' })
  revokeOtherSessions?: boolean;
}

/** A new password for who knows the old one (protocol.md §1.16). */
@Injectable()
export class ChangePassword {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly accounts: AccountsStore,
    private readonly sessions: SessionsStore,
    private readonly passwords: Passwords,
    private readonly createSession: CreateSession,
    private readonly cookies: SessionCookieWriter,
  ) {}

  /**
   * In the order of protocol.md §1.16.
   * @throws {AuthError} 400 `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, `CREDENTIAL_ACCOUNT_NOT_FOUND`, `INVALID_PASSWORD`.
   */
  async execute(
    current: AuthContext,
    { newPassword, currentPassword, revokeOtherSessions }: ChangePasswordBody,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ token: string | null; user: UserAnswer }> {
    const { user } = current;
    this.passwords.requireAllowedLength(newPassword);
    this.passwords.requireNotTooLong(currentPassword);
    const stored = await this.accounts.findPassword(user.id);
    if (!stored) throw badRequest('CREDENTIAL_ACCOUNT_NOT_FOUND');
    const hash = await this.passwords.hash(newPassword);
    if (!(await this.passwords.verify(stored.hash, currentPassword))) throw badRequest('INVALID_PASSWORD');
    const session = await this.dataSource.transaction(async (manager) => {
      if (revokeOtherSessions) await this.sessions.deleteAllOf(user.id, manager);
      // Reset meanwhile: what was given is no longer the current password.
      const replaced = await this.accounts.replacePassword(stored.accountId, stored.hash, hash, manager);
      if (!replaced) throw badRequest('INVALID_PASSWORD');
      return revokeOtherSessions ? this.createSession.execute(user.id, request, true, manager) : undefined;
    });
    if (session && current.credential !== 'jwt') {
      await this.cookies.signIn(request, reply, { session, user }, current.remember);
    }
    return { token: session?.token ?? null, user: presentUser(user) };
  }
}
