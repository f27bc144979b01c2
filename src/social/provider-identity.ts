import type { OAuth2Tokens } from '@better-auth/core/oauth2';
import type { AccountKey, ProviderTokens } from '../accounts/provider-accounts.store.js';
import type { Provider } from '../providers/provider.js';

/** What a provider says of the person, reduced to what can be stored. */
export interface ProviderProfile {
  readonly name: string | undefined;
  /** As the provider writes it. */
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  /** Null where the provider says that there is none. */
  readonly image: string | null | undefined;
  /** Whatever else it says; some of it may be configured fields. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/** Somebody whom a provider has proven. */
export interface ProviderIdentity {
  readonly provider: Provider;
  readonly key: AccountKey;
  readonly tokens: ProviderTokens;
  readonly profile: ProviderProfile;
}

type UserInfo = NonNullable<Awaited<ReturnType<Provider['getUserInfo']>>>;

/** Undefined when the provider does not say who it is in a way that stays the same. */
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
    // Some providers send it as text, of which `false` would be true.
    emailVerified: emailVerified === true || emailVerified === 'true',
    image: image === null ? null : textOf(image),
    rest,
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
