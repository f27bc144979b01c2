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

/** What the provider answers otherwise than it would by itself; each takes the right answer and returns a wrong one. */
export interface Alterations {
  /** Claims of every id token, which is then signed with the provider's key again. */
  idToken?: (claims: JWTPayload) => JWTPayload;
  /** Answers of the token endpoint. */
  tokens?: (answer: Record<string, unknown>) => Record<string, unknown>;
  userinfo?: (claims: Record<string, unknown>) => Record<string, unknown>;
  discovery?: (document: Record<string, unknown>) => Record<string, unknown>;
}

/** A real OpenID provider, and the switches that let it behave badly. */
export interface OpenIdProvider {
  /** The issuer, such as `http://127.0.0.1:23456`; Better Auth's `gitlab` and `paybin` take it as their `issuer` as well. */
  readonly origin: string;
  readonly discoveryUrl: string;
  readonly people: Map<string, ProviderPerson>;
  readonly faults: Map<Endpoint, Fault>;
  readonly alterations: Alterations;
  /** What it has been asked so far. */
  readonly seen: readonly ProviderRequest[];
  /** Seconds for which new access tokens are good. */
  accessTokenLife: number;
  /** Whether a refresh token is good for one use; using it twice revokes all that came of the sign-in (RFC 9700 §4.14.2). */
  rotates: boolean;
  /** Codes, verifiers, tokens and secrets that have gone either way: what no log may hold. */
  secrets(): string[];
  /** Refreshes it has been asked for. */
  refreshes(): number;
  /** As it was when it started. */
  mend(): void;
  /** An id token for somebody, as the provider would issue it to this client. */
  idToken(sub: string, claims?: JWTPayload): Promise<string>;
  stop(): Promise<void>;
}

/** Of the token endpoint. */
const SECRET_QUESTIONS = ['client_secret', 'code', 'code_verifier', 'refresh_token'];
const SECRET_ANSWERS = ['access_token', 'refresh_token', 'id_token'];

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
    issued.push(...SECRET_ANSWERS.map((name) => given[name]).filter((token) => typeof token === 'string'));
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
      [...issued, ...seen.flatMap(({ form }) => SECRET_QUESTIONS.map((name) => form.get(name) ?? ''))].filter(
        (secret) => secret !== '',
      ),
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

/** GitLab knows OAuth 2 alone where nobody asks for more. */
function gitLabTokens(answer: Record<string, unknown>): Record<string, unknown> {
  const granted = String(answer['scope']).split(' ');
  return {
    ...answer,
    id_token: undefined,
    scope: granted.filter((name) => !SCOPES_OF_USERINFO.includes(name)).join(' '),
  };
}

/** What `GET /api/v4/user` of GitLab says. */
function gitLabUser(claims: Record<string, unknown>): Record<string, unknown> {
  const { sub, name, picture, email, email_verified } = claims as unknown as ProviderPerson;
  const person = { id: gitLabId({ sub }), username: sub, name, avatar_url: picture ?? null };
  return { ...person, email: email ?? null, email_verified, state: 'active', locked: false };
}
