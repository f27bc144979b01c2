import { Injectable } from '@nestjs/common';
import { HookedRows } from '../database/hooked-rows.js';
import { RowHooks } from '../database/row-hooks.js';
import { AccountEntity } from './account.entity.js';

/** Writes accounts if hooks of features run around it. */
@Injectable()
export class AccountRows extends HookedRows<AccountEntity> {
  constructor(hooks: RowHooks) {
    super(hooks, 'account', AccountEntity, {
      id: 'id',
      accountId: 'providerUserId',
      providerId: 'providerId',
      userId: 'userId',
      accessToken: 'accessToken',
      refreshToken: 'refreshToken',
      idToken: 'idToken',
      accessTokenExpiresAt: 'accessTokenExpiresAt',
      refreshTokenExpiresAt: 'refreshTokenExpiresAt',
      scope: 'scope',
      password: 'password',
      createdAt: 'createdAt',
      updatedAt: 'updatedAt',
    });
  }
}
