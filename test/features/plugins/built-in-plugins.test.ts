import { createServer, type Server } from 'node:http';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { decodeJwt } from 'jose';
import { CLIENT } from '../../openid/certified-provider.js';
import { startOpenIdProvider, type OpenIdProvider } from '../../openid/openid-provider.js';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { Visitor } from '../../social/visitor.js';

const FOLDER = 'dist/built-in-plugins-test';

/** Plugins that are part of this server, as they are pasted from an `auth.ts`. */
const moduleFor = ({ origin, discoveryUrl }: OpenIdProvider) => `
import { bearer, genericOAuth, jwt, openAPI } from 'better-auth/plugins';

const client = { clientId: '${CLIENT.id}', clientSecret: '${CLIENT.secret}', scopes: ['openid', 'email', 'profile'] };

const getToken = async ({ code, redirectURI, codeVerifier }) => {
  const answer = await fetch('${origin}/token', {
    method: 'POST',
    headers: { authorization: 'Basic ' + btoa(client.clientId + ':' + client.clientSecret) },
    body: new URLSearchParams({
      grant_type: 'authorization_code', code, redirect_uri: redirectURI, code_verifier: codeVerifier,
    }),
  });
  const { access_token: accessToken } = await answer.json();
  return { accessToken, scopes: ['made', 'by', 'getToken'] };
};

const getUserInfo = async ({ accessToken }) => {
  const answer = await fetch('${origin}/me', { headers: { authorization: 'Bearer ' + accessToken } });
  const { sub, email } = await answer.json();
  return { id: 'own-' + sub, email, emailVerified: true, name: 'Made by getUserInfo' };
};

const mapProfileToUser = ({ name }) => ({ name: 'Mapped from ' + name });

const definePayload = ({ user, session }) => ({
  mail: user.email,
  days: (session.expiresAt - session.createdAt) / 86_400_000 > 1,
  names: Object.keys({ ...user, ...session }).filter((name) => name !== 'image').sort(),
});
const getSubject = async ({ user }) => 'the subject ' + user.email;

export default [
  genericOAuth({
    config: [
      { ...client, providerId: 'mapped', discoveryUrl: '${discoveryUrl}', mapProfileToUser },
      { ...client, providerId: 'own', authorizationUrl: '${origin}/auth', getToken, getUserInfo },
    ],
  }),
  bearer(),
  jwt({ jwt: { definePayload, getSubject } }),
  openAPI(),
];
`;

let provider: OpenIdProvider;
let gatehouse: Gatehouse;
let library: Server;
let origins: { ours: string; theirs: string };

beforeAll(async () => {
  provider = await startOpenIdProvider();
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/pasted.mjs`, moduleFor(provider));
  gatehouse = await startGatehouse({ PLUGINS: `./${FOLDER}/pasted.mjs`, RATE_LIMIT_ENABLED: 'false' });
  origins = { ours: gatehouse.origin, theirs: await theLibrary() };
});

afterAll(async () => {
  await gatehouse.stop();
  await provider.stop();
  library.close();
  rmSync(FOLDER, { recursive: true, force: true });
});

async function theLibrary(): Promise<string> {
  const pasted = (await import(`../../../${FOLDER}/pasted.mjs`)) as {
    default: NonNullable<BetterAuthOptions['plugins']>;
  };
  library = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => library.once('listening', listening));
  const origin = `http://localhost:${(library.address() as AddressInfo).port}`;
  const auth = betterAuth({
    baseURL: origin,
    secret: SECRET,
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
    plugins: pasted.default,
  });
  library.on('request', (request, response) => void toNodeHandler(auth)(request, response));
  return origin;
}

/** Signs in at a provider, and expects the same answers of both servers. */
async function signedInAt(id: string, person: string) {
  const visits = Object.values(origins).map(async (origin) => {
    const client = new BrowserLikeClient(origin);
    const { status, headers } = await new Visitor({ origin }, client).signIn(id, person);
    const { user } = (await client.get('/api/auth/get-session')).json<{
      user: { name: string; email: string; emailVerified: boolean };
    }>();
    const accounts = (await client.get('/api/auth/list-accounts')).json<
      { providerId: string; accountId: string; scopes: string[] }[]
    >();
    return {
      answer: [status, headers.location],
      user: [user.name, user.email, user.emailVerified],
      accounts: accounts.map(({ providerId, accountId, scopes }) => ({ providerId, accountId, scopes })),
      client,
    };
  });
  const [ours, theirs] = await Promise.all(visits);
  if (!ours || !theirs) throw new Error('two servers are tried');
  expect({ ...ours, client: undefined }).toEqual({ ...theirs, client: undefined });
  return { ours, theirs };
}

test('functions of a pasted provider get the token and the profile', async () => {
  const { ours } = await signedInAt('own', 'verified');
  expect(ours.user).toEqual(['Made by getUserInfo', 'grace@example.com', true]);
  expect(ours.accounts).toEqual([
    { providerId: 'own', accountId: 'own-verified', scopes: ['made', 'by', 'getToken'] },
  ]);
});

test('a pasted provider with a discovery document maps the profile, and a JWT has the claims of functions', async () => {
  provider.people.set('eve', { sub: 'eve', name: 'Eve', email: 'eve@example.com', email_verified: true });
  const { ours, theirs } = await signedInAt('mapped', 'eve');
  expect(ours.user).toEqual(['Mapped from Eve', 'eve@example.com', true]);
  const tokens = await Promise.all([ours, theirs].map(({ client }) => client.get('/api/auth/token')));
  const [token = '', theirToken = ''] = tokens.map((answer) => answer.json<{ token: string }>().token);
  const { iat: _iat, sid, exp: _exp, iss, aud, ...claims } = decodeJwt(token);
  const { iat: _iat2, exp: _exp2, iss: _iss, aud: _aud, ...theirClaims } = decodeJwt(theirToken);
  expect(claims).toEqual(theirClaims);
  expect([claims.sub, iss, aud]).toEqual(['the subject eve@example.com', gatehouse.origin, gatehouse.origin]);
  expect(typeof sid).toBe('string');
  const withJwt = new BrowserLikeClient(gatehouse.origin);
  const answer = await withJwt.get('/api/auth/get-session', { authorization: `Bearer ${token}` });
  expect(answer.json()).toMatchObject({ user: { email: 'eve@example.com' } });
});
