import type { OidcProvider } from '../config/oidc-providers.js';
import type { Provider } from './provider.js';

type EndSessionRequest = Parameters<NonNullable<Provider['createEndSessionURL']>>[0];

/** The address that signs the browser out at the provider too (OpenID Connect RP-Initiated Logout §2). */
export function endSessionUrl(
  options: OidcProvider,
  endpoint: string | undefined,
  { idToken, postLogoutRedirectURI, state }: EndSessionRequest,
): URL | null {
  if (options.disableProviderLogout || !endpoint || !URL.canParse(endpoint)) return null;
  const url = new URL(endpoint);
  const back = postLogoutRedirectURI ?? options.postLogoutRedirectURI;
  if (idToken) url.searchParams.set('id_token_hint', idToken);
  if (back) {
    url.searchParams.set('post_logout_redirect_uri', back);
    url.searchParams.set('client_id', options.clientId);
    if (state) url.searchParams.set('state', state);
  } else if (!idToken) {
    url.searchParams.set('client_id', options.clientId);
  }
  return url;
}
