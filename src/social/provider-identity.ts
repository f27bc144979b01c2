import type { OAuth2Tokens } from '@better-auth/core/oauth2';
import type { AccountKey, ProviderTokens } from '../accounts/provider-accounts.store.js';
import type { Provider } from '../providers/provider.js';

/** A provider's profile of a person, reduced to what can be stored. */
export interface ProviderProfile {
  readonly name: string | undefined;
  /** As the provider spells it. */
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  /** Null if the provider says that there is none. Undefined if it says nothing. */
  readonly image: string | null | undefined;
  /** All other fields of the profile. Some may be configured fields. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/** A person whose identity a provider has confirmed. */
export interface ProviderIdentity {
  readonly provider: Provider;
  readonly key: AccountKey;
  readonly tokens: ProviderTokens;
  readonly profile: ProviderProfile;
  /** The profile or the claims as the provider sent them. */
  readonly claims: unknown;
}

type UserInfo = NonNullable<Awaited<ReturnType<Provider['getUserInfo']>>>;

/** @returns undefined if the provider gives no usable permanent id of the person. */
export async function identityOf(
  provider: Provider,
  tokens: OAuth2Tokens,
  { user, data }: UserInfo,
): Promise<ProviderIdentity | undefined> {
  const subject: unknown = await provider.accountSubject({ tokens, profile: data });
  const providerUserId = String(subject);
  const isUsable =
    providerUserId.trim() !== '' &&
    providerUserId !== 'undefined' &&
    providerUserId !== 'null' &&
    (typeof subject !== 'number' || Number.isFinite(subject));
  if (!isUsable) return undefined;
  return {
    provider,
    key: { providerId: provider.id, providerUserId },
    tokens: storable(tokens),
    profile: profileOf(user),
    claims: data,
  };
}

function storable(tokens: OAuth2Tokens): ProviderTokens {
  return {
    accessToken: textOf(tokens.accessToken),
    refreshToken: textOf(tokens.refreshToken),
    idToken: textOf(tokens.idToken),
    tokenType: textOf(tokens.tokenType),
    accessTokenExpiresAt: tokens.accessTokenExpiresAt,
    refreshTokenExpiresAt: tokens.refreshTokenExpiresAt,
    scope: tokens.scopes?.join(','),
  };
}

function profileOf(user: UserInfo['user']): ProviderProfile {
  const { name, email, image, ...rest } = user;
  const emailVerified: unknown = user.emailVerified;
  return {
    name: textOf(name),
    email: textOf(email) || undefined,
    // Some providers send text, and the text `false` is truthy.
    emailVerified: emailVerified === true || emailVerified === 'true',
    image: image === null ? null : textOf(image),
    rest,
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
