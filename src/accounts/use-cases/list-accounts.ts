import { Injectable } from '@nestjs/common';
import { AccountsStore } from '../accounts.store.js';
import { presentAccount, type AccountAnswer } from '../present-account.js';
import type { AuthContext } from '../../sessions/auth-context.js';

/** Lists the user's accounts, without tokens and passwords (src/accounts/protocol.md, "list-accounts"). */
@Injectable()
export class ListAccounts {
  constructor(private readonly accounts: AccountsStore) {}

  async execute({ user }: AuthContext): Promise<AccountAnswer[]> {
    const accounts = await this.accounts.listSummaries(user.id);
    return accounts.map(presentAccount);
  }
}
