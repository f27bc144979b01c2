import { Injectable } from '@nestjs/common';
import { badRequest } from '../errors/auth-error.js';
import { Anything } from '../http/fields.js';
import { typeName } from '../http/type-name.js';
import type { Account } from './account.js';
import { AccountsStore } from './accounts.store.js';

/** Which account a route about a provider's tokens is for: one of two shapes, and no key besides (protocol.md §1.29). */
export class AccountSelection {
  static refusal(values: unknown): string | undefined {
    if (typeName(values) !== 'object') return 'Invalid input';
    const { accountId, useAccountCookie, userId, ...others } = values as Record<string, unknown>;
    const userFits = userId === undefined || typeof userId === 'string';
    // What each shape has too much, if the rest of it is right.
    const tooMuch = [
      typeof accountId === 'string' && keysOf({ useAccountCookie, ...others }, values),
      useAccountCookie === true && keysOf({ accountId, ...others }, values),
    ].filter((keys) => keys !== false);
    if (!userFits || tooMuch.length !== 1) return 'Invalid input';
    const [keys = []] = tooMuch;
    return keys.length === 0
      ? undefined
      : `Unrecognized key${keys.length > 1 ? 's' : ''}: ${keys.join(', ')}`;
  }

  @Anything({
    optional: true,
    description: 'The account’s `id` in `list-accounts`; this or `useAccountCookie`',
    example: 'emul9Skyu78HU6CdaS05uBDblkWaQfYn',
  })
  accountId?: string;

  @Anything({
    optional: true,
    type: Boolean,
    description: 'In a body, true: the account of the sign-in, with `account.storeAccountCookie`',
  })
  useAccountCookie?: boolean;

  @Anything({ optional: true, description: 'Passed over: the session says who asks' })
  userId?: string;
}

/** In the order in which they were given. */
const keysOf = (unknown: object, given: unknown) =>
  Object.keys(given as object)
    .filter((key) => key in unknown)
    .map((key) => JSON.stringify(key));

@Injectable()
export class SelectedAccount {
  constructor(private readonly accounts: AccountsStore) {}

  /**
   * Looks among the user's own accounts only.
   * @param id undefined: the request names none.
   * @throws {AuthError} 400 `ACCOUNT_NOT_FOUND`.
   */
  async find(userId: string, id: string | undefined): Promise<Account> {
    const account = (await this.accounts.listOf(userId)).find((candidate) => candidate.id === id);
    if (!account) throw badRequest('ACCOUNT_NOT_FOUND');
    return account;
  }
}
