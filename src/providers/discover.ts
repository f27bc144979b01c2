import type { OAuthIdTokenConfig } from '@better-auth/core/oauth2';
import { createRemoteJWKSet } from 'jose';
import {
  Configuration,
  allowInsecureRequests,
  customFetch,
  discovery,
  type ServerMetadata,
} from 'openid-client';
import type { OidcProvider } from '../config/oidc-providers.js';

/** A provider's endpoints and abilities. Configured values override those of its discovery document. */
export interface Discovered {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly userInfoUrl: string | undefined;
  readonly endSessionEndpoint: string | undefined;
  readonly issuer: string | undefined;
  readonly namesIssuer: boolean;
  /** True if the provider supports OpenID Connect, false if it supports only OAuth 2. */
  readonly isOidc: boolean;
  /** How to verify the provider's id tokens; undefined if they cannot be verified. */
  readonly idToken: IdTokenCheck | undefined;
  /** The same data for openid-client. */
  readonly client: Configuration;
}

type IdTokenCheck = Exclude<OAuthIdTokenConfig, { verify: unknown }>;

/** @throws {Error} if the provider does not answer, or if its discovery document lacks a required value. */
export async function discover(options: OidcProvider, seconds: number): Promise<Discovered> {
  const client = options.discoveryUrl
    ? await ask(options, new URL(options.discoveryUrl), seconds)
    : configured(options);
  const metadata = client.serverMetadata();
  const algorithms = metadata.id_token_signing_alg_values_supported ?? [];
  const isOidc = Boolean(options.discoveryUrl) && algorithms.length > 0;
  const authorizationUrl = options.authorizationUrl ?? metadata.authorization_endpoint;
  const tokenUrl = options.tokenUrl ?? metadata.token_endpoint;
  if (!authorizationUrl || !tokenUrl)
    throw new Error('its discovery document has no authorization or token endpoint');
  const idToken = options.discoveryUrl
    ? idTokenCheck(options, options.discoveryUrl, metadata, { algorithms, seconds })
    : undefined;
  if (options.requireIdTokenVerification && !idToken)
    throw new Error('its discovery document has no jwks_uri');
  return {
    authorizationUrl,
    tokenUrl,
    userInfoUrl: options.userInfoUrl ?? metadata.userinfo_endpoint,
    endSessionEndpoint: options.endSessionEndpoint ?? metadata.end_session_endpoint,
    issuer: options.discoveryUrl ? metadata.issuer : undefined,
    namesIssuer: metadata.authorization_response_iss_parameter_supported === true,
    isOidc,
    idToken,
    client,
  };
}

async function ask(options: OidcProvider, url: URL, seconds: number): Promise<Configuration> {
  const { discoveryHeaders: headers } = options;
  return discovery(url, options.clientId, undefined, undefined, {
    timeout: seconds,
    execute: insecure(url),
    ...(headers && {
      [customFetch]: (target: string, request: { headers: Record<string, string> }) =>
        fetch(target, { ...request, headers: { ...request.headers, ...headers } }),
    }),
  });
}

/**
 * For an OAuth 2 provider without a discovery document. The issuer is only a placeholder, because nothing checks it.
 */
function configured(options: OidcProvider): Configuration {
  const url = new URL(options.tokenUrl ?? '');
  const server: ServerMetadata = { issuer: url.origin, token_endpoint: url.href };
  const client = new Configuration(server, options.clientId);
  for (const apply of insecure(url)) apply(client);
  return client;
}

/** Allows `http`, because an operator who configures it has a provider on the same machine or network. */
const insecure = (url: URL) => (url.protocol === 'http:' ? [allowInsecureRequests] : []);

function idTokenCheck(
  options: OidcProvider,
  discoveryUrl: string,
  { issuer, jwks_uri }: ServerMetadata,
  { algorithms, seconds }: { algorithms: string[]; seconds: number },
): IdTokenCheck | undefined {
  if (!jwks_uri) return undefined;
  const url = new URL(jwks_uri, discoveryUrl);
  // The headers may hold a credential, so they are sent only to the origin of the discovery document.
  const headers = url.origin === new URL(discoveryUrl).origin ? options.discoveryHeaders : undefined;
  return {
    jwks: createRemoteJWKSet(url, { timeoutDuration: seconds * 1000, ...(headers && { headers }) }),
    issuer,
    audience: options.clientId,
    ...(algorithms.length > 0 && { algorithms }),
  };
}
