import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { badRequest } from '../../errors/auth-error.js';
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
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly accounts: AccountsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Locks the accounts, because two simultaneous requests could otherwise delete the last two.
   * @throws {AuthError} 400 `FAILED_TO_UNLINK_LAST_ACCOUNT`, which is checked first, or `ACCOUNT_NOT_FOUND`.
   */
  async execute({ user }: AuthContext, { accountId }: UnlinkAccountBody): Promise<{ status: true }> {
    const { allowUnlinkingAll } = this.config.account.accountLinking;
    await this.dataSource.transaction(async (manager) => {
      const ids = await this.accounts.lockAllOf(user.id, manager);
      if (ids.length === 1 && !allowUnlinkingAll) throw badRequest('FAILED_TO_UNLINK_LAST_ACCOUNT');
      if (!ids.includes(accountId)) throw badRequest('ACCOUNT_NOT_FOUND');
      await this.accounts.delete(accountId, manager);
    });
    return { status: true };
  }
}
