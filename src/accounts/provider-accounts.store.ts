import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PreparedQueries } from '../database/prepared-queries.js';
import { RowIds } from '../database/row-ids.js';
import { AccountRows } from './account-rows.js';
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
    private readonly rows: AccountRows,
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

  /** @returns false if a hook of a feature refuses the account. */
  async add(
    userId: string,
    key: AccountKey,
    tokens: ProviderTokens,
    manager: EntityManager,
  ): Promise<boolean> {
    const now = new Date();
    const row = {
      ...key,
      ...this.sealed(tokens),
      id: await this.ids.next('accounts'),
      userId,
      createdAt: now,
      updatedAt: now,
    };
    if (this.rows.has('create')) return this.rows.insert(row, manager);
    await manager.insert(AccountEntity, row);
    return true;
  }

  /** @returns false if the account does not exist any more, or if a hook of a feature refuses the change. */
  async update(
    { id, providerId }: Pick<Account, 'id' | 'providerId'>,
    tokens: ProviderTokens,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<boolean> {
    const sealed = this.sealed(tokens);
    if (this.rows.has('update')) {
      const changes = { providerId, ...sealed } as Partial<AccountEntity>;
      return (await this.rows.update({ id }, changes, manager))?.length === 1;
    }
    const { affected } = await manager.update(AccountEntity, { id }, { ...sealed, updatedAt: new Date() });
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
