/** The `provider_id` of an account with a password. The `provider_user_id` of such an account is the user's id. */
export const CREDENTIAL = 'credential';

/** One way for a user to sign in: a password, or an account at a provider. */
export interface Account {
  readonly id: string;
  readonly userId: string;
  readonly providerId: string;
  readonly providerUserId: string;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly idToken: string | null;
  readonly tokenType: string | null;
  /** The granted scopes, joined with commas. */
  readonly scope: string | null;
  readonly accessTokenExpiresAt: Date | null;
  readonly refreshTokenExpiresAt: Date | null;
  /** The hash of the password. Null unless this is a credential account. */
  readonly password: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The fields of an account that a client may see. */
export const SUMMARY_FIELDS = [
  'id',
  'userId',
  'providerId',
  'providerUserId',
  'scope',
  'createdAt',
  'updatedAt',
] as const;

export type AccountSummary = Pick<Account, (typeof SUMMARY_FIELDS)[number]>;
