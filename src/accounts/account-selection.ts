import { Injectable } from '@nestjs/common';
import { badRequest } from '../errors/auth-error.js';
import { Anything } from '../http/fields.js';
import { typeName } from '../http/type-name.js';
import type { Account } from './account.js';
import { AccountsStore } from './accounts.store.js';

/**
 * Selects the account for a route about a provider's tokens. Two shapes, without other keys
 * (src/accounts/protocol.md, "Tokens of a provider").
 */
export class AccountSelection {
  static refusal(values: unknown): string | undefined {
    if (typeName(values) !== 'object') return 'Invalid input';
    const { accountId, useAccountCookie, userId, ...others } = values as Record<string, unknown>;
    const userFits = userId === undefined || typeof userId === 'string';
    // For each shape whose own key is valid: the keys that this shape does not allow.
    const extraKeys = [
      typeof accountId === 'string' && keysOf({ useAccountCookie, ...others }, values),
      useAccountCookie === true && keysOf({ accountId, ...others }, values),
    ].filter((keys) => keys !== false);
    if (!userFits || extraKeys.length !== 1) return 'Invalid input';
    const [keys = []] = extraKeys;
    return keys.length === 0
      ? undefined
      : `Unrecognized key${keys.length > 1 ? 's' : ''}: ${keys.join(', ')}`;
  }

  @Anything({
    optional: true,
    description: 'The account’s `id` in `list-accounts`. Send this or `useAccountCookie`',
    example: 'emul9Skyu78HU6CdaS05uBDblkWaQfYn',
  })
  accountId?: string;

  @Anything({
    optional: true,
    type: Boolean,
    description:
      'true: the account of the last sign-in. Works only in a body, and needs `account.storeAccountCookie`',
  })
  useAccountCookie?: boolean;

  @Anything({ optional: true, description: 'Ignored, because the session determines the user' })
  userId?: string;
}

/** Returns the keys in the order of the request. */
const keysOf = (unknown: object, given: unknown) =>
  Object.keys(given as object)
    .filter((key) => key in unknown)
    .map((key) => JSON.stringify(key));

@Injectable()
export class SelectedAccount {
  constructor(private readonly accounts: AccountsStore) {}

  /**
   * Searches only the user's own accounts.
   * @param id undefined if the request names no account.
   * @throws {AuthError} 400 `ACCOUNT_NOT_FOUND`.
   */
  async find(userId: string, id: string | undefined): Promise<Account> {
    const account = (await this.accounts.listOf(userId)).find((candidate) => candidate.id === id);
    if (!account) throw badRequest('ACCOUNT_NOT_FOUND');
    return account;
  }
}
