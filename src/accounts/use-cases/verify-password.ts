import { Injectable } from '@nestjs/common';
import { badRequest } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { Text } from '../../http/fields.js';
import { AccountsStore } from '../accounts.store.js';
import { PasswordCheck } from '../password-check.js';
import type { AuthContext } from '../../sessions/auth-context.js';

export class VerifyPasswordBody {
  @Text({ format: 'password', example: 'correct horse battery' })
  password!: string;
}

/** Checks the password of the signed-in user (src/accounts/protocol.md, "verify-password"). */
@Injectable()
export class VerifyPassword {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly check: PasswordCheck,
  ) {}

  /** @throws {AuthError} 400 `PASSWORD_TOO_LONG`; 400 `INVALID_PASSWORD`, also if the user has no password. */
  async execute(
    { user }: AuthContext,
    { password }: VerifyPasswordBody,
    client: Client,
  ): Promise<{ status: true }> {
    this.check.requireNotTooLong(password);
    const stored = await this.accounts.findPassword(user.id);
    if (!stored || !(await this.check.isRight(user, { stored, password, client })))
      throw badRequest('INVALID_PASSWORD');
    return { status: true };
  }
}
