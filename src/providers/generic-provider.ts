import {
  applyDefaultAccessTokenExpiry,
  createAuthorizationURL,
  parseStringBoolean,
  refreshAccessToken,
  validateAuthorizationCode,
  verifyProviderIdToken,
  type OAuth2Tokens,
} from '@better-auth/core/oauth2';
import type { OidcProvider } from '../config/oidc-providers.js';
import type { Discovered } from './discover.js';
import { endSessionUrl } from './end-session-url.js';
import { claimsOf, fetchProfile, type Profile } from './generic-profile.js';
import type { Provider } from './provider.js';

/** Better Auth's generic OAuth: any provider configured by its endpoints or its discovery document. */
export function genericProvider(options: OidcProvider, discovered: Discovered): Provider {
  const { idToken, isOidc } = discovered;
  const provider: Provider = {
    id: options.providerId,
    name: options.name ?? options.providerId,
    issuer: discovered.issuer,
    namesIssuer: discovered.namesIssuer,
    idToken,
    requiresIdTokenNonce: idToken !== undefined && options.disableIdTokenNonceBinding !== true,
    allowIdpInitiated: options.allowIdpInitiated,
    disableImplicitSignUp: options.disableImplicitSignUp,
    disableSignUp: options.disableSignUp,
    options: {
      disableSignUp: options.disableSignUp,
      overrideUserInfoOnSignIn: options.overrideUserInfo,
      requireEmailVerification: options.requireEmailVerification,
    },
    /** The user's id at the provider. If the provider has verifiable id tokens, only the id token's `sub` counts. */
    accountSubject: ({ tokens, profile }) => {
      const { id, sub } = profile as Profile;
      if (!isOidc) return id ?? '';
      return (idToken && tokens.idToken ? claimsOf(tokens.idToken)?.sub : sub) ?? '';
    },
    ...tokenEndpoint(options, discovered),
    createAuthorizationURL: (request) => authorizationUrl(options, discovered, request),
    createEndSessionURL: (request) => endSessionUrl(options, discovered.endSessionEndpoint, request),
    async getUserInfo({ expectedIdTokenNonce, ...tokens }) {
      if (!tokens.idToken || !idToken) return userInfo(discovered, tokens);
      const isGood = await verifyProviderIdToken(provider, tokens.idToken, expectedIdTokenNonce);
      return isGood ? userInfo(discovered, tokens, claimsOf(tokens.idToken)) : null;
    },
    async getUserInfoFromIdToken(token) {
      const claims = idToken ? claimsOf(token) : undefined;
      return claims === null ? null : userInfo(discovered, { idToken: token }, claims);
    },
  };
  return provider;
}

function authorizationUrl(
  options: OidcProvider,
  { authorizationUrl: authorizationEndpoint, isOidc }: Discovered,
  request: Parameters<Provider['createAuthorizationURL']>[0],
) {
  const scopes = [...(request.scopes ?? []), ...(options.scopes ?? [])];
  return createAuthorizationURL({
    id: options.providerId,
    options: clientOf(options),
    authorizationEndpoint,
    state: request.state,
    codeVerifier: (options.pkce ?? true) ? request.codeVerifier : undefined,
    scopes: isOidc && !scopes.includes('openid') ? ['openid', ...scopes] : scopes,
    redirectURI: request.redirectURI,
    prompt: options.prompt,
    accessType: options.accessType,
    responseType: options.responseType,
    responseMode: options.responseMode,
    nonce: request.idTokenNonce,
    additionalParams: { ...options.authorizationUrlParams, ...request.additionalParams },
    loginHint: request.loginHint,
  });
}

function tokenEndpoint(
  options: OidcProvider,
  { tokenUrl }: Discovered,
): Pick<Provider, 'validateAuthorizationCode' | 'refreshAccessToken'> {
  const request = {
    tokenEndpoint: tokenUrl,
    authentication: options.authentication,
    tokenEndpointAuth: options.tokenEndpointAuth,
    headers: options.authorizationHeaders,
    options: clientOf(options),
  };
  const dated = (tokens: OAuth2Tokens) => applyDefaultAccessTokenExpiry(tokens, options.accessTokenExpiresIn);
  return {
    validateAuthorizationCode: async ({ code, codeVerifier, redirectURI }) =>
      dated(
        await validateAuthorizationCode({
          ...request,
          code,
          codeVerifier: (options.pkce ?? true) ? codeVerifier : undefined,
          redirectURI,
          additionalParams: options.tokenUrlParams,
        }),
      ),
    refreshAccessToken: async (refreshToken) =>
      dated(await refreshAccessToken({ ...request, refreshToken, extraParams: options.refreshTokenParams })),
  };
}

const clientOf = ({ clientId, clientSecret, redirectURI }: OidcProvider) => ({
  clientId,
  clientSecret,
  redirectURI,
});

/** Null if the profile and the id token describe different users (OpenID Connect Core §5.3.2). */
async function userInfo(discovered: Discovered, tokens: OAuth2Tokens, claims?: Profile | null) {
  if (claims === null) return null;
  const data = await fetchProfile(discovered, tokens, claims);
  if (!data || (claims?.sub !== undefined && String(data.sub) !== claims.sub)) return null;
  return {
    user: {
      email: data.email,
      emailVerified: parseStringBoolean(data.emailVerified) ?? false,
      image: data.image ?? undefined,
      name: data.name,
    },
    data,
  };
}
