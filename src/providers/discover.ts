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

/** Where a provider is and what it can do, as configured and, for the rest, as it says itself. */
export interface Discovered {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly userInfoUrl: string | undefined;
  readonly endSessionEndpoint: string | undefined;
  readonly issuer: string | undefined;
  /** Speaks OpenID Connect, and not OAuth 2 alone. */
  readonly isOidc: boolean;
  /** How its id tokens are verified; undefined: they cannot be. */
  readonly idToken: IdTokenCheck | undefined;
  /** The same for openid-client. */
  readonly client: Configuration;
}

type IdTokenCheck = Exclude<OAuthIdTokenConfig, { verify: unknown }>;

/** @throws {Error} when the provider does not answer, or its answer is not enough. */
export async function discover(options: OidcProvider, seconds: number): Promise<Discovered> {
  const client = options.discoveryUrl
    ? await ask(options, new URL(options.discoveryUrl), seconds)
    : configured(options);
  const metadata = client.serverMetadata();
  const algorithms = metadata.id_token_signing_alg_values_supported ?? [];
  const isOidc = Boolean(options.discoveryUrl) && algorithms.length > 0;
  const authorizationUrl = options.authorizationUrl ?? metadata.authorization_endpoint;
  const tokenUrl = options.tokenUrl ?? metadata.token_endpoint;
  if (!authorizationUrl || !tokenUrl) throw new Error('it names no authorization or token endpoint');
  const idToken = options.discoveryUrl
    ? idTokenCheck(options, options.discoveryUrl, metadata, { algorithms, seconds })
    : undefined;
  if (options.requireIdTokenVerification && !idToken) throw new Error('it names no keys for its id tokens');
  return {
    authorizationUrl,
    tokenUrl,
    userInfoUrl: options.userInfoUrl ?? metadata.userinfo_endpoint,
    endSessionEndpoint: options.endSessionEndpoint ?? metadata.end_session_endpoint,
    issuer: options.discoveryUrl ? metadata.issuer : undefined,
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

/** A provider of OAuth 2 that says nothing of itself; nobody checks what it is called here. */
function configured(options: OidcProvider): Configuration {
  const url = new URL(options.tokenUrl ?? '');
  const server: ServerMetadata = { issuer: url.origin, token_endpoint: url.href };
  const client = new Configuration(server, options.clientId);
  for (const apply of insecure(url)) apply(client);
  return client;
}

/** The operator wrote `http`: a provider on the same machine or network. */
const insecure = (url: URL) => (url.protocol === 'http:' ? [allowInsecureRequests] : []);

function idTokenCheck(
  options: OidcProvider,
  discoveryUrl: string,
  { issuer, jwks_uri }: ServerMetadata,
  { algorithms, seconds }: { algorithms: string[]; seconds: number },
): IdTokenCheck | undefined {
  if (!jwks_uri) return undefined;
  const url = new URL(jwks_uri, discoveryUrl);
  // What opens the discovery document is for its own origin only.
  const headers = url.origin === new URL(discoveryUrl).origin ? options.discoveryHeaders : undefined;
  return {
    jwks: createRemoteJWKSet(url, { timeoutDuration: seconds * 1000, ...(headers && { headers }) }),
    issuer,
    audience: options.clientId,
    ...(algorithms.length > 0 && { algorithms }),
  };
}
