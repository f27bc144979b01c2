import { createRemoteJWKSet, jwtVerify } from 'jose';
import { CLIENT } from './certified-provider.js';
import { danceThrough } from './dance.js';
import { startOpenIdProvider, type OpenIdProvider } from './openid-provider.js';

const REDIRECT = 'http://localhost:3000/callback';

let provider: OpenIdProvider;

beforeAll(async () => {
  provider = await startOpenIdProvider();
});

afterAll(() => provider.stop());
afterEach(() => provider.mend());

function authorizationUrl(parameters: Record<string, string> = {}): URL {
  const url = new URL(`${provider.origin}/auth`);
  const standard = { client_id: CLIENT.id, response_type: 'code', redirect_uri: REDIRECT, state: 'abc' };
  url.search = new URLSearchParams({ ...standard, scope: 'openid email profile', ...parameters }).toString();
  return url;
}

async function post(form: Record<string, string>) {
  const body = new URLSearchParams({ client_id: CLIENT.id, client_secret: CLIENT.secret, ...form });
  const answer = await fetch(`${provider.origin}/token`, { method: 'POST', body });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}

async function tokens(hint: string) {
  const { url } = await danceThrough(authorizationUrl({ login_hint: hint }));
  return post({
    grant_type: 'authorization_code',
    code: url.searchParams.get('code') ?? '',
    redirect_uri: REDIRECT,
  });
}

test('danceThrough returns a code, and the code gives an id token signed with the published key', async () => {
  const { body } = await tokens('verified');
  const { payload } = await jwtVerify(
    body['id_token'] ?? '',
    createRemoteJWKSet(new URL(`${provider.origin}/jwks`)),
    {
      issuer: provider.origin,
      audience: CLIENT.id,
    },
  );
  expect(payload).toMatchObject({ sub: 'verified', email: 'Grace@Example.com', email_verified: true });
});

test('using a refresh token twice revokes the newer refresh token too', async () => {
  const { body: first } = await tokens('verified');
  const { body: second } = await post({
    grant_type: 'refresh_token',
    refresh_token: first['refresh_token'] ?? '',
  });
  expect(second['refresh_token']).not.toBe(first['refresh_token']);
  const again = await post({ grant_type: 'refresh_token', refresh_token: first['refresh_token'] ?? '' });
  const newest = await post({ grant_type: 'refresh_token', refresh_token: second['refresh_token'] ?? '' });
  expect([again.status, newest.status]).toEqual([400, 400]);
});

test('an unknown person gets access_denied', async () => {
  const { url } = await danceThrough(authorizationUrl({ login_hint: 'nobody' }));
  expect(url.searchParams.get('error')).toBe('access_denied');
});

test('form_post returns the form for the callback', async () => {
  const { url, form } = await danceThrough(
    authorizationUrl({ response_mode: 'form_post', login_hint: 'verified' }),
  );
  expect([url.href, form?.get('state')]).toEqual([REDIRECT, 'abc']);
});

test('an altered id token has a valid signature', async () => {
  provider.alterations.idToken = (claims) => ({ ...claims, sub: 'somebody else' });
  const { body } = await tokens('verified');
  const keys = createRemoteJWKSet(new URL(`${provider.origin}/jwks`));
  expect((await jwtVerify(body['id_token'] ?? '', keys)).payload.sub).toBe('somebody else');
});
