import { ApiProperty } from '../openapi/decorators.js';
import { isoTime } from '../http/iso-time.js';
import type { AccountData } from '../cookies/account-data.js';
import type { Account, AccountSummary } from './account.js';

/**
 * The fields of an account in answers, in the protocol's order (src/accounts/protocol.md, "list-accounts").
 * No other field leaves the server.
 */
export class AccountAnswer {
  @ApiProperty({ description: 'The user’s id at the provider', example: 'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647' })
  accountId!: string;

  @ApiProperty({ example: 'credential' })
  providerId!: string;

  @ApiProperty({ example: 'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647' })
  userId!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: string | null;

  @ApiProperty({ example: 'emul9Skyu78HU6CdaS05uBDblkWaQfYn' })
  id!: string;

  @ApiProperty({ type: [String], example: [] })
  scopes!: string[];
}

export function presentAccount(account: AccountSummary): AccountAnswer {
  return {
    accountId: account.providerUserId,
    providerId: account.providerId,
    userId: account.userId,
    createdAt: isoTime(account.createdAt),
    updatedAt: isoTime(account.updatedAt),
    id: account.id,
    scopes: scopesOf(account.scope),
  };
}

/**
 * All fields of an account, for a cookie that only the servers can decrypt
 * (src/cookies/protocol.md, "Account data").
 */
export function accountDataOf(account: Account): AccountData {
  return {
    id: account.id,
    accountId: account.providerUserId,
    providerId: account.providerId,
    userId: account.userId,
    accessToken: account.accessToken,
    refreshToken: account.refreshToken,
    idToken: account.idToken,
    accessTokenExpiresAt: account.accessTokenExpiresAt,
    refreshTokenExpiresAt: account.refreshTokenExpiresAt,
    scope: account.scope,
    password: account.password,
    createdAt: account.createdAt,
    updatedAt: account.updatedAt,
  };
}

export function scopesOf(stored: string | null): string[] {
  const scopes = stored?.split(',').map((scope) => scope.trim()) ?? [];
  return scopes.filter((scope) => scope !== '');
}
