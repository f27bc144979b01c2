import type { Account } from './account.js';

/** Each column of `accounts a` is selected under its name in `Account`, so that a row is an `Account`. */
const COLUMNS: Readonly<Record<keyof Account, string>> = {
  id: 'a.id::text',
  userId: 'a.user_id::text',
  providerId: 'a.provider_id',
  providerUserId: 'a.provider_user_id',
  accessToken: 'a.access_token',
  refreshToken: 'a.refresh_token',
  idToken: 'a.id_token',
  tokenType: 'a.token_type',
  scope: 'a.scope',
  accessTokenExpiresAt: 'a.access_token_expires_at',
  refreshTokenExpiresAt: 'a.refresh_token_expires_at',
  password: 'a.password',
  createdAt: 'a.created_at',
  updatedAt: 'a.updated_at',
};

const ALL = Object.keys(COLUMNS) as (keyof Account)[];

export const accountColumns = (fields: readonly (keyof Account)[] = ALL): string =>
  fields.map((field) => `${COLUMNS[field]} as "${field}"`).join(', ');
