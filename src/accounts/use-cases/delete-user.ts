import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BASE_PATH, type Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { LOWERCASE_ALPHANUMERIC, randomToken } from '../../crypto/random.js';
import { badRequest, nothingHere } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { encodeParameter } from '../../http/encode-parameter.js';
import { Text } from '../../http/fields.js';
import { Mailer } from '../../mail/mailer.js';
import { verificationIdentifier } from '../../verifications/verification-identifier.js';
import { VerificationsStore } from '../../verifications/verifications.store.js';
import { AccountDeletion } from '../account-deletion.js';
import { AccountsStore } from '../accounts.store.js';
import { PasswordCheck } from '../password-check.js';
import type { AuthContext } from '../../sessions/auth-context.js';
import { isFresh } from '../../sessions/is-fresh.js';
import type { User } from '../../users/user.js';

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
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly accounts: AccountsStore,
    private readonly check: PasswordCheck,
    private readonly verifications: VerificationsStore,
    private readonly deletion: AccountDeletion,
    private readonly mailer: Mailer,
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
    if (!enabled || (sendDeleteAccountVerification && !this.mailer.enabled)) throw nothingHere();
    if (password) await this.requirePassword(current.user, password, client);
    if (token) {
      await this.deletion.redeem(current.user.id, token);
      return 'deleted';
    }
    if (sendDeleteAccountVerification) {
      await this.sendLink(current, callbackURL, client.language);
      return 'mailed';
    }
    if (!password && !isFresh(current.session, this.config)) throw badRequest('SESSION_EXPIRED');
    await this.deletion.delete(current.user.id);
    return 'deleted';
  }

  private async requirePassword(user: User, password: string, client: Client): Promise<void> {
    this.check.requireNotTooLong(password);
    const stored = await this.accounts.findPassword(user.id);
    if (!stored) throw badRequest('CREDENTIAL_ACCOUNT_NOT_FOUND');
    const right = await this.check.isRight(user, { stored, password, client });
    if (!right) throw badRequest('INVALID_PASSWORD');
  }

  private async sendLink(
    { user }: AuthContext,
    callbackURL: string | undefined,
    language: string | undefined,
  ): Promise<void> {
    const token = randomToken(32, LOWERCASE_ALPHANUMERIC);
    const target = encodeParameter(callbackURL || '/');
    const url = `${this.config.origin}${BASE_PATH}/delete-user/callback?token=${token}&callbackURL=${target}`;
    const mail = {
      kind: 'delete-account',
      to: user.email,
      language,
      values: { name: user.name, url },
    } as const;
    await this.dataSource.transaction(async (manager) => {
      const life = this.config.user.deleteUser.deleteTokenExpiresIn;
      await this.verifications.add(verificationIdentifier.deleteAccount(token), user.id, life, manager);
      await this.mailer.send(mail, manager);
    });
  }
}
