import { randomBytes, type JsonWebKey } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import { newKeyPair } from '../setup/key-pair.js';
import type { ProviderPerson } from './people.js';

/**
 * The client that the tests use. `<id>-basic` and `<id>-public` are further clients, which authenticate differently at the
 * token endpoint.
 */
export const CLIENT = { id: 'gatehouse', secret: 'a-secret-of-the-client' } as const;

export interface CertifiedProvider {
  readonly handle: RequestListener;
  readonly signingKey: JsonWebKey;
}

interface Settings {
  readonly issuer: string;
  readonly people: ReadonlyMap<string, ProviderPerson>;
  /** Seconds until an access token expires. */
  readonly accessTokenLife: () => number;
  /** True if a refresh token can be used only once. */
  readonly rotates: () => boolean;
}

/** `oidc-provider` with PKCE, rotating refresh tokens and a login without a page: `login_hint` names the person. */
export function certifiedProvider({ issuer, people, accessTokenLife, rotates }: Settings): CertifiedProvider {
  const signingKey = newSigningKey();
  const provider = new Provider(issuer, {
    clients: clients(),
    jwks: { keys: [signingKey] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'read_user', 'extra'],
    claims: { email: ['email', 'email_verified'], profile: ['name', 'picture'], openid: ['sub'] },
    // Puts the claims of the scopes into the id token too, as many providers do.
    conformIdTokenClaims: false,
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: logOutAtOnce },
      revocation: { enabled: true },
    },
    pkce: { required: () => false },
    rotateRefreshToken: rotates,
    issueRefreshToken: () => true,
    expiresWithSession: () => false,
    ttl: {
      AccessToken: accessTokenLife,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => people.get(sub) }),
    loadExistingGrant: consent,
  });
  // Servers under test listen on random ports, so their redirect URIs cannot be registered in advance.
  provider.Client.prototype.redirectUriAllowed = isLocal;
  provider.Client.prototype.postLogoutRedirectUriAllowed = isLocal;
  const answer = provider.callback();
  return {
    signingKey,
    handle: (request, response) => {
      if (request.url?.startsWith('/interaction/')) void logIn(provider, people, request, response);
      else answer(request, response);
    },
  };
}

async function logIn(
  provider: Provider,
  people: ReadonlyMap<string, ProviderPerson>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const [first] = people.keys();
  const sub = params['login_hint'] ?? first ?? '';
  const result = people.has(sub)
    ? { login: { accountId: sub } }
    : { error: 'access_denied', error_description: 'The person refused.' };
  await provider.interactionFinished(request, response, result);
}

interface GrantContext {
  readonly oidc: {
    readonly provider: {
      readonly Grant: new (of: { clientId: string; accountId: string }) => {
        addOIDCScope(scope: string): void;
        save(): Promise<string>;
      };
    };
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
    readonly params: { readonly scope?: string };
  };
}

/** Grants every requested scope without asking. */
async function consent({ oidc }: GrantContext) {
  const { Grant } = oidc.provider;
  const grant = new Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope(oidc.params.scope ?? 'openid');
  await grant.save();
  return grant;
}

/** Answers the page that asks for confirmation of a sign-out with a script that submits it. */
function logOutAtOnce(context: { body: string }, form: string): void {
  context.body = `<!doctype html><title>Signing out</title>${form}
    <script>
      const form = document.forms[0];
      form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'logout', value: 'yes' }));
      form.submit();
    </script>`;
}

const clients = () => {
  const common = {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: ['http://localhost/callback'],
    post_logout_redirect_uris: ['http://localhost/'],
  };
  const [client_id, client_secret] = [CLIENT.id, CLIENT.secret];
  return [
    { ...common, client_id, client_secret, token_endpoint_auth_method: 'client_secret_post' },
    {
      ...common,
      client_id: `${client_id}-basic`,
      client_secret,
      token_endpoint_auth_method: 'client_secret_basic',
    },
    { ...common, client_id: `${client_id}-public`, token_endpoint_auth_method: 'none' },
  ];
};

const isLocal = (uri: string) => new URL(uri).hostname === 'localhost';

function newSigningKey(): JsonWebKey {
  const { privateKey } = newKeyPair('RS256');
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'test-key' };
}
