import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.js';
import { badRequest } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { Text } from '../../http/fields.js';
import { UsersStore } from '../../users/users.store.js';
import { verificationIdentifier } from '../../verifications/verification-identifier.js';
import { VerificationsStore } from '../../verifications/verifications.store.js';
import { AccountCallbacks } from '../account-callbacks.js';
import { Passwords } from '../passwords.js';
import { PasswordReset } from '../password-reset.js';

export class ResetPasswordBody {
  @Text({ format: 'password', example: 'violet tractor seven moons' })
  newPassword!: string;

  @Text({
    optional: true,
    description: 'The token of the mailed link. It may be in the query instead',
    example: 'w3GVUtBb00bQljNIpPPHubYq',
  })
  token?: string;
}

export class ResetPasswordQuery {
  @Text({ optional: true, description: 'The token of the mailed link, if the body has none' })
  token?: string;
}

/**
 * Sets a new password with a mailed token (src/accounts/protocol.md, "reset-password"). It signs nobody in.
 */
@Injectable()
export class ResetPassword {
  constructor(
    private readonly audit: Audit,
    private readonly verifications: VerificationsStore,
    private readonly users: UsersStore,
    private readonly passwords: Passwords,
    private readonly reset: PasswordReset,
    private readonly callbacks: AccountCallbacks,
  ) {}

  /**
   * Checks the token first and uses it up last, so that it stays valid when the new password is refused.
   * @throws {AuthError} 400 `INVALID_TOKEN`, `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, `USER_NOT_FOUND`.
   */
  async execute(
    body: ResetPasswordBody,
    query: ResetPasswordQuery,
    client: Client,
  ): Promise<{ status: true }> {
    const token = body.token || query.token;
    if (!token) throw badRequest('INVALID_TOKEN');
    this.passwords.requireAllowedLength(body.newPassword);
    const identifier = verificationIdentifier.resetPassword(token);
    const userId = await this.verifications.find(identifier);
    if (userId === undefined) throw badRequest('INVALID_TOKEN');
    const user = await this.users.findById(userId);
    if (!user) throw badRequest('USER_NOT_FOUND');
    const hash = await this.passwords.hash(body.newPassword, user, client);
    await this.audit.transaction({ client }, async (manager) => {
      const redeemed = await this.verifications.consume(identifier, manager);
      if (redeemed !== userId) throw badRequest('INVALID_TOKEN');
      // The user may have been deleted while the new password was being hashed.
      if (!(await this.users.lock(userId, manager))) throw badRequest('USER_NOT_FOUND');
      await this.reset.write(user, hash, client, manager);
    });
    await this.passwords.trust(user, client);
    await this.callbacks.call('onPasswordReset', user);
    return { status: true };
  }
}
