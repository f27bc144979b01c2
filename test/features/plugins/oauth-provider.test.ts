import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { portOf } from '../../openid/front.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { aMember, type Member } from '../../setup/people.js';

const CALLBACK = 'https://client.example/callback';
const RESOURCE = 'https://api.example';
const ISSUER = 'https://auth.example';
const VARIABLES = {
  PLUGINS: 'oauth-provider',
  OAUTH_PROVIDER_LOGIN_PAGE: '/login',
  OAUTH_PROVIDER_CONSENT_PAGE: '/consent',
  OAUTH_PROVIDER_RESOURCES: RESOURCE,
  OAUTH_PROVIDER_ENFORCE_PER_CLIENT_RESOURCES: 'false',
  RATE_LIMIT_ENABLED: 'false',
};
const SCOPE = 'openid profile email offline_access';

const started: { gatehouse: Gatehouse; database: TestDatabase }[] = [];

async function startWith(variables: Record<string, string> = {}): Promise<Gatehouse> {
  const database = await createDatabase({ template: MIGRATED });
  await migrate(database, VARIABLES);
  const gatehouse = await startGatehouse({ ...VARIABLES, ...variables }, database);
  started.push({ gatehouse, database });
  return gatehouse;
}

afterAll(async () => {
  for (const { gatehouse, database } of started) {
    await gatehouse.stop();
    await database.drop();
  }
});

interface RegisteredClient {
  readonly client_id: string;
  readonly client_secret: string;
}

async function register(owner: Member, more: object = {}): Promise<RegisteredClient> {
  const answer = await owner.client.post('/api/auth/oauth2/create-client', {
    client_name: 'Example',
    redirect_uris: [CALLBACK],
    scope: SCOPE,
    ...more,
  });
  return answer.json<RegisteredClient>();
}

/** The OpenID client, which has read the server's metadata. */
function discovered({ origin }: Gatehouse, client: RegisteredClient): Promise<openid.Configuration> {
  const authentication = openid.ClientSecretBasic(client.client_secret);
  return openid.discovery(new URL(`${origin}/api/auth`), client.client_id, undefined, authentication, {
    execute: [openid.allowInsecureRequests],
  });
}

/** Lets the user allow the client everything, and exchanges the code. */
async function signInThrough(configuration: openid.Configuration, user: Member, more = {}) {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: CALLBACK,
    scope: SCOPE,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  });
  const asked = await user.client.get(url.pathname + url.search, { accept: 'text/html' });
  const page = new URL(asked.headers.location ?? '', user.client.origin);
  const returned = page.pathname === '/consent' ? await consent(user, page) : page;
  return openid.authorizationCodeGrant(configuration, returned, {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
  });
}

async function consent(user: Member, { search }: URL): Promise<URL> {
  const body = { accept: true, oauth_query: search.slice(1) };
  const answer = await user.client.post('/api/auth/oauth2/consent', body);
  return new URL(answer.json<{ url: string }>().url);
}

describe('an OpenID client from npm', () => {
  let gatehouse: Gatehouse;
  let ada: Member;
  let client: RegisteredClient;
  let configuration: openid.Configuration;

  beforeAll(async () => {
    gatehouse = await startWith();
    ada = await aMember(gatehouse);
    client = await register(ada);
    configuration = await discovered(gatehouse, client);
  });

  test('signs in, reads the user, renews and revokes', async () => {
    const tokens = await signInThrough(configuration, ada);
    expect(tokens.claims()).toMatchObject({
      iss: `${gatehouse.origin}/api/auth`,
      aud: client.client_id,
      sub: ada.id,
    });
    const user = await openid.fetchUserInfo(configuration, tokens.access_token, ada.id);
    expect(user).toMatchObject({ sub: ada.id, email: ada.email, email_verified: false, name: ada.name });
    const renewed = await openid.refreshTokenGrant(configuration, String(tokens.refresh_token));
    expect(await openid.tokenIntrospection(configuration, renewed.access_token)).toMatchObject({
      active: true,
      client_id: client.client_id,
      sub: ada.id,
    });
    await openid.tokenRevocation(configuration, renewed.access_token);
    expect(await openid.tokenIntrospection(configuration, renewed.access_token)).toEqual({ active: false });
  });

  test('verifies the id token with the published keys', async () => {
    const { id_token: idToken = '' } = await signInThrough(configuration, ada);
    const keys = createRemoteJWKSet(new URL(String(configuration.serverMetadata().jwks_uri)));
    const { payload } = await jwtVerify(idToken, keys, { audience: client.client_id });
    expect(payload.sub).toBe(ada.id);
  });

  test('loses its access token when the user signs out', async () => {
    const tokens = await signInThrough(configuration, ada);
    const asked = () => openid.tokenIntrospection(configuration, tokens.access_token);
    expect((await asked()).active).toBe(true);
    await ada.client.post('/api/auth/sign-out', {});
    expect((await asked()).active).toBe(false);
  });
});

describe('the end of a session', () => {
  let receiver: Server;
  const received: string[] = [];

  beforeAll(async () => {
    const receive = async (request: IncomingMessage, response: ServerResponse) => {
      received.push(await text(request));
      response.writeHead(200).end();
    };
    receiver = createServer((request, response) => void receive(request, response));
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
  });

  afterAll(() => receiver.close());

  test('is told to the clients that ask for it', async () => {
    const gatehouse = await startWith();
    const ada = await aMember(gatehouse);
    const client = await register(ada);
    // The plugin accepts only https here, so the address of the test is written directly.
    await gatehouse.database.query(
      `update oauth_clients set backchannel_logout_uri = 'http://127.0.0.1:${portOf(receiver)}/'
       where client_id = '${client.client_id}'`,
    );
    await signInThrough(await discovered(gatehouse, client), ada);
    await ada.client.post('/api/auth/sign-out', {});
    const told = new URLSearchParams(received[0]).get('logout_token') ?? '';
    expect(decodeJwt(told)).toMatchObject({ aud: client.client_id, sub: ada.id });
  });
});

test('an access token for a client opens no session, even with this server’s issuer and audience', async () => {
  const gatehouse = await startWith({ JWT_ISSUER: ISSUER, JWT_AUDIENCE: RESOURCE });
  const ada = await aMember(gatehouse);
  const client = await register(ada);
  const metadata = await ada.client.get('/.well-known/oauth-authorization-server');
  const configuration = new openid.Configuration(
    metadata.json<openid.ServerMetadata>(),
    client.client_id,
    undefined,
    openid.ClientSecretBasic(client.client_secret),
  );
  openid.allowInsecureRequests(configuration);
  const tokens = await signInThrough(configuration, ada, { resource: RESOURCE });
  const claims = decodeJwt(tokens.access_token);
  expect([claims.iss, [claims.aud].flat()]).toEqual([ISSUER, expect.arrayContaining([RESOURCE])]);
  expect(typeof claims['sid']).toBe('string');
  const { token } = (await ada.client.get('/api/auth/token')).json<{ token: string }>();
  const statuses = [];
  for (const bearer of [tokens.access_token, token]) {
    const answer = await fetch(`${gatehouse.origin}/api/auth/list-sessions`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
    statuses.push(answer.status);
  }
  expect(statuses).toEqual([401, 200]);
});
