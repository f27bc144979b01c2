import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PreparedQueries } from '../database/prepared-queries.js';
import { RowIds } from '../database/row-ids.js';
import { AccountEntity } from './account.entity.js';
import type { Account } from './account.js';
import { findAccountByKey, lockAccountByKey } from './find-accounts.sql.js';
import { TokenSeal } from './token-seal.js';

/** Identifies a person at a provider. */
export interface AccountKey {
  readonly providerId: string;
  readonly providerUserId: string;
}

/** Tokens as a provider issued them, not encrypted. A field that is undefined leaves the stored value as it is. */
export interface ProviderTokens {
  readonly accessToken?: string | undefined;
  readonly refreshToken?: string | undefined;
  readonly idToken?: string | undefined;
  readonly tokenType?: string | undefined;
  readonly accessTokenExpiresAt?: Date | undefined;
  readonly refreshTokenExpiresAt?: Date | undefined;
  /** The granted scopes, joined with commas. */
  readonly scope?: string | undefined;
}

/** The only writer of provider accounts and their tokens. It encrypts the tokens if configured. */
@Injectable()
export class ProviderAccountsStore {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly prepared: PreparedQueries,
    private readonly ids: RowIds,
    private readonly seal: TokenSeal,
  ) {}

  /** @param manager of a transaction, until whose end nobody else can change the account. */
  async findByKey(
    { providerId, providerUserId }: AccountKey,
    manager?: EntityManager,
  ): Promise<Account | undefined> {
    const [account] = await this.prepared.rows<Account>(
      manager ? lockAccountByKey : findAccountByKey,
      [providerId, providerUserId],
      manager,
    );
    return account;
  }

  async add(userId: string, key: AccountKey, tokens: ProviderTokens, manager: EntityManager): Promise<void> {
    const now = new Date();
    await manager.insert(AccountEntity, {
      ...key,
      ...this.sealed(tokens),
      id: await this.ids.next('accounts'),
      userId,
      createdAt: now,
      updatedAt: now,
    });
  }

  /** @returns false if the account does not exist any more. */
  async update(
    id: string,
    tokens: ProviderTokens,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<boolean> {
    const { affected } = await manager.update(
      AccountEntity,
      { id },
      { ...this.sealed(tokens), updatedAt: new Date() },
    );
    return affected === 1;
  }

  private sealed({ accessToken, refreshToken, ...rest }: ProviderTokens) {
    return {
      ...rest,
      accessToken: accessToken && this.seal.seal(accessToken),
      refreshToken: refreshToken && this.seal.seal(refreshToken),
    };
  }
}
