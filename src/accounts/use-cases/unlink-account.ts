import { Inject, Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.js';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { badRequest } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { Text } from '../../http/fields.js';
import { AccountsStore } from '../accounts.store.js';
import type { AuthContext } from '../../sessions/auth-context.js';

export class UnlinkAccountBody {
  @Text({
    description: 'The account’s `id` in `list-accounts`',
    example: 'emul9Skyu78HU6CdaS05uBDblkWaQfYn',
  })
  accountId!: string;
}

/** Deletes one of the user's accounts (src/accounts/protocol.md, "unlink-account"). */
@Injectable()
export class UnlinkAccount {
  constructor(
    private readonly audit: Audit,
    private readonly accounts: AccountsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Locks the accounts, because two simultaneous requests could otherwise delete the last two.
   * @throws {AuthError} 400 `FAILED_TO_UNLINK_LAST_ACCOUNT`, which is checked first, or `ACCOUNT_NOT_FOUND`.
   */
  async execute(
    { user, session }: AuthContext,
    { accountId }: UnlinkAccountBody,
    client: Client,
  ): Promise<{ status: true }> {
    const { allowUnlinkingAll } = this.config.account.accountLinking;
    await this.audit.transaction({ client, session: session.id }, async (manager) => {
      const ids = await this.accounts.lockAllOf(user.id, manager);
      if (ids.length === 1 && !allowUnlinkingAll) throw badRequest('FAILED_TO_UNLINK_LAST_ACCOUNT');
      if (!ids.includes(accountId)) throw badRequest('ACCOUNT_NOT_FOUND');
      await this.accounts.delete(accountId, manager);
    });
    return { status: true };
  }
}
