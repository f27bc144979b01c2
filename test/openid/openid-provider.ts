import { once } from 'node:events';
import { createServer } from 'node:http';
import { importJWK, SignJWT, decodeJwt, type JWTPayload } from 'jose';
import { freePort } from '../../src/local/free-port.js';
import { certifiedProvider } from './certified-provider.js';
import {
  portOf,
  SCOPES_OF_USERINFO,
  startFront,
  type Endpoint,
  type Fault,
  type ProviderRequest,
} from './front.js';
import { gitLabId, UNVERIFIED, VERIFIED, WITHOUT_EMAIL, type ProviderPerson } from './people.js';

/** Functions that change the provider's answers. Each takes the correct answer and returns the one to send. */
export interface Alterations {
  /** Changes the claims of each id token. The provider's key then signs it again. */
  idToken?: (claims: JWTPayload) => JWTPayload;
  /** Changes the answers of the token endpoint. */
  tokens?: (answer: Record<string, unknown>) => Record<string, unknown>;
  userinfo?: (claims: Record<string, unknown>) => Record<string, unknown>;
  discovery?: (document: Record<string, unknown>) => Record<string, unknown>;
}

/** A real OpenID provider that tests can make misbehave. */
export interface OpenIdProvider {
  /** The issuer, such as `http://127.0.0.1:23456`. It also works as the `issuer` of Better Auth's `gitlab` and `paybin`. */
  readonly origin: string;
  readonly discoveryUrl: string;
  readonly people: Map<string, ProviderPerson>;
  readonly faults: Map<Endpoint, Fault>;
  readonly alterations: Alterations;
  /** All requests so far, in order. */
  readonly seen: readonly ProviderRequest[];
  /** Seconds until new access tokens expire. */
  accessTokenLife: number;
  /** True if a refresh token works only once. A second use revokes all tokens of the sign-in (RFC 9700 §4.14.2). */
  rotates: boolean;
  /** All codes, verifiers, tokens and secrets sent or received so far. No log may contain them. */
  secrets(): string[];
  /** The number of refresh requests so far. */
  refreshes(): number;
  /** Removes all faults, alterations and changed settings. */
  mend(): void;
  /** Issues an id token for a person to the client of the tests. */
  idToken(sub: string, claims?: JWTPayload): Promise<string>;
  stop(): Promise<void>;
}

/** Fields of token requests that are secret. */
const SECRET_REQUEST_FIELDS = ['client_secret', 'code', 'code_verifier', 'refresh_token'];
/** Fields of token answers that are secret. */
const SECRET_ANSWER_FIELDS = ['access_token', 'refresh_token', 'id_token'];

/** Seconds. */
const ACCESS_TOKEN_LIFE = 3600;

export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const people = new Map([VERIFIED, UNVERIFIED, WITHOUT_EMAIL].map((person) => [person.sub, person]));
  const [faults, seen] = [new Map<Endpoint, Fault>(), new Array<ProviderRequest>()];
  const issued: string[] = [];
  const alterations: Alterations = {};
  const { handle, signingKey } = certifiedProvider({
    issuer,
    people,
    accessTokenLife: () => peer.accessTokenLife,
    rotates: () => peer.rotates,
  });
  const inner = createServer(handle);
  inner.listen(0, '127.0.0.1');
  await once(inner, 'listening');

  const sign = async (claims: JWTPayload) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'test-key' })
      .sign(await importJWK(signingKey as never, 'RS256'));

  async function rewrite(endpoint: Endpoint, answer: Record<string, unknown>, { url }: ProviderRequest) {
    if (endpoint === 'discovery') return alterations.discovery?.(answer) ?? answer;
    if (answer['error']) return answer;
    if (endpoint === 'userinfo') {
      const claims = alterations.userinfo?.(answer) ?? answer;
      return url.startsWith('/api/v4/user') ? gitLabUser(claims) : claims;
    }
    if (endpoint !== 'token') return answer;
    const { id_token: idToken } = answer;
    const resigned =
      alterations.idToken && typeof idToken === 'string'
        ? { ...answer, id_token: await sign(alterations.idToken(decodeJwt(idToken))) }
        : answer;
    const own = url.startsWith('/oauth/token') ? gitLabTokens(resigned) : resigned;
    const given = alterations.tokens?.(own) ?? own;
    issued.push(
      ...SECRET_ANSWER_FIELDS.map((name) => given[name]).filter((token) => typeof token === 'string'),
    );
    return given;
  }

  const front = await startFront({ inner: portOf(inner), port, faults, seen, rewrite });
  const peer: OpenIdProvider = {
    origin: issuer,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    people,
    faults,
    alterations,
    seen,
    accessTokenLife: ACCESS_TOKEN_LIFE,
    rotates: true,
    secrets: () =>
      [
        ...issued,
        ...seen.flatMap(({ form }) => SECRET_REQUEST_FIELDS.map((name) => form.get(name) ?? '')),
      ].filter((secret) => secret !== ''),
    refreshes: () => seen.filter(({ form }) => form.get('grant_type') === 'refresh_token').length,
    mend() {
      faults.clear();
      for (const name of Object.keys(alterations)) delete alterations[name as keyof Alterations];
      Object.assign(peer, { accessTokenLife: ACCESS_TOKEN_LIFE, rotates: true });
    },
    idToken(sub, claims = {}) {
      const now = Math.floor(Date.now() / 1000);
      const person = people.get(sub) ?? { sub };
      return sign({ ...person, iss: issuer, aud: 'gatehouse', iat: now, exp: now + 3600, ...claims });
    },
    async stop() {
      for (const server of [front, inner]) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    },
  };
  return peer;
}

/** GitLab's token answer: without `openid` among the requested scopes GitLab issues no id token. */
function gitLabTokens(answer: Record<string, unknown>): Record<string, unknown> {
  const granted = String(answer['scope']).split(' ');
  return {
    ...answer,
    id_token: undefined,
    scope: granted.filter((name) => !SCOPES_OF_USERINFO.includes(name)).join(' '),
  };
}

/** The answer of GitLab's `GET /api/v4/user`. */
function gitLabUser(claims: Record<string, unknown>): Record<string, unknown> {
  const { sub, name, picture, email, email_verified } = claims as unknown as ProviderPerson;
  const person = { id: gitLabId({ sub }), username: sub, name, avatar_url: picture ?? null };
  return { ...person, email: email ?? null, email_verified, state: 'active', locked: false };
}
