import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Audit } from '../../audit/audit.js';
import { BASE_PATH, type Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { LOWERCASE_ALPHANUMERIC, randomToken } from '../../crypto/random.js';
import { badRequest, notFound, nothingHere } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { encodeParameter } from '../../http/encode-parameter.js';
import { Text } from '../../http/fields.js';
import { Mailer } from '../../mail/mailer.js';
import { verificationIdentifier } from '../../verifications/verification-identifier.js';
import { VerificationsStore } from '../../verifications/verifications.store.js';
import { AccountDeletion } from '../account-deletion.js';
import { PasswordProof, type Submitted } from '../password-proof.js';
import type { AuthContext } from '../../sessions/auth-context.js';
import { SessionsStore } from '../../sessions/sessions.store.js';
import { isFresh } from '../../sessions/is-fresh.js';

export class DeleteUserBody {
  @Text({ optional: true, description: 'Where the mailed link leads once the user is deleted' })
  callbackURL?: string;

  @Text({
    optional: true,
    format: 'password',
    description: 'The user’s password. Without it the session must be fresh',
  })
  password?: string;

  @Text({ optional: true, description: 'The token of the mailed link' })
  token?: string;
}

/**
 * Deletes the signed-in user at once, or mails a link that does (src/accounts/protocol.md, "delete-user").
 */
@Injectable()
export class DeleteUser {
  constructor(
    private readonly proof: PasswordProof,
    private readonly sessions: SessionsStore,
    private readonly verifications: VerificationsStore,
    private readonly deletion: AccountDeletion,
    private readonly mailer: Mailer,
    private readonly audit: Audit,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Checks in the order of src/accounts/protocol.md, "delete-user".
   * @throws {AuthError} 404 if deletion is switched off; 400 `CREDENTIAL_ACCOUNT_NOT_FOUND`, `INVALID_PASSWORD`,
   * `PASSWORD_TOO_LONG`, `SESSION_EXPIRED`; 404 `INVALID_TOKEN`.
   */
  async execute(
    current: AuthContext,
    { password, token, callbackURL }: DeleteUserBody,
    client: Client,
  ): Promise<'deleted' | 'mailed'> {
    const { enabled, sendDeleteAccountVerification } = this.config.user.deleteUser;
    // If deletion needs a mailed link but no mail can be sent, nobody can be deleted.
    if (!enabled || (sendDeleteAccountVerification && !this.mailer.delivers('delete-account')))
      throw nothingHere();
    const mails = !token && sendDeleteAccountVerification;
    const act = async (manager: EntityManager) => {
      if (token) return this.deletion.redeem(current.user.id, token, manager);
      if (mails) return this.sendLink(current, { callbackURL, language: client.language }, manager);
      if (!password && !isFresh(current.session, this.config)) throw badRequest('SESSION_EXPIRED');
      return this.deletion.delete(current.user.id, manager);
    };
    const outcome = await (password
      ? this.afterPassword(current, { password, client, session: current.session.id }, act)
      : this.audit.transaction({ client, session: current.session.id }, act));
    if (outcome === 'no such token') throw notFound('INVALID_TOKEN');
    return mails ? 'mailed' : 'deleted';
  }

  private async afterPassword<Result>(
    { user, session }: AuthContext,
    submitted: Submitted,
    act: (manager: EntityManager) => Promise<Result>,
  ): Promise<Result> {
    return this.proof.require(user, submitted, {
      changesAccount: true,
      act: async (manager) => {
        await this.sessions.requireLive(session, manager);
        return act(manager);
      },
    });
  }

  private async sendLink(
    { user }: AuthContext,
    { callbackURL, language }: { callbackURL: string | undefined; language: string | undefined },
    manager: EntityManager,
  ): Promise<void> {
    const token = randomToken(32, LOWERCASE_ALPHANUMERIC);
    const target = encodeParameter(callbackURL || '/');
    const url = `${this.config.origin}${BASE_PATH}/delete-user/callback?token=${token}&callbackURL=${target}`;
    const mail = {
      kind: 'delete-account',
      to: user.email,
      language,
      values: { name: user.name, url, token, userId: user.id },
    } as const;
    const life = this.config.user.deleteUser.deleteTokenExpiresIn;
    await this.verifications.add(verificationIdentifier.deleteAccount(token), user.id, life, manager);
    await this.mailer.send(mail, manager);
  }
}
