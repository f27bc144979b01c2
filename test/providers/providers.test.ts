import { CLIENT } from '../openid/certified-provider.js';
import type { Fault } from '../openid/front.js';
import { startOpenIdProvider, type OpenIdProvider } from '../openid/openid-provider.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { Visitor } from '../social/visitor.js';

let provider: OpenIdProvider;

beforeAll(async () => {
  provider = await startOpenIdProvider();
});

afterAll(() => provider.stop());
afterEach(() => provider.mend());

const start = (): Promise<Gatehouse> =>
  startGatehouse({
    OIDC_PROVIDERS: JSON.stringify([
      {
        providerId: 'acme',
        clientId: CLIENT.id,
        clientSecret: CLIENT.secret,
        discoveryUrl: provider.discoveryUrl,
        scopes: ['email', 'profile'],
      },
    ]),
    GITLAB_CLIENT_ID: CLIENT.id,
    GITLAB_CLIENT_SECRET: CLIENT.secret,
    GITLAB_ISSUER: provider.origin,
    PROVIDER_TIMEOUT: '1',
  });

/** Waits for the next discovery failure in the log and returns its reason. */
async function reasonSince(gatehouse: Gatehouse, start: number): Promise<string> {
  for (;;) {
    const found = /discovery of provider acme failed: ([^"]*)/.exec(gatehouse.log().slice(start));
    if (found?.[1]) return found[1];
    await new Promise((next) => setTimeout(next, 10));
  }
}

test('starts without a provider whose discovery fails, serves the other providers and tries discovery again', async () => {
  const faults: [Fault, what: string][] = [
    [{ kind: 'down' }, 'ECONNRESET|UND_ERR_SOCKET'],
    [{ kind: 'held', until: new Promise(() => {}) }, 'OAUTH_TIMEOUT|no answer within'],
    [{ kind: 'garbage' }, 'OAUTH_\\w+'],
    [{ kind: 'answer', status: 500, body: CLIENT.secret }, 'OAUTH_\\w+|status 500'],
    [
      { kind: 'answer', status: 200, body: '{"issuer":"https://evil.example"}' },
      'its discovery document has no authorization or token endpoint',
    ],
  ];
  provider.faults.set('discovery', { kind: 'down' });
  const gatehouse = await start();
  const visitor = new Visitor(gatehouse);
  for (const [fault, what] of faults) {
    provider.faults.set('discovery', fault);
    const since = gatehouse.log().length;
    const answer = await visitor.client.post('/api/auth/sign-in/social', { provider: 'acme' });
    expect([answer.status, answer.json()]).toEqual([
      404,
      { code: 'PROVIDER_NOT_FOUND', message: 'Provider not found' },
    ]);
    expect(await reasonSince(gatehouse, since)).toMatch(new RegExp(`^(${what})$`));
  }
  const back = await visitor.begin('gitlab');
  const elsewhere = await visitor.client.get(back.path.replace('/gitlab', '/acme'));
  expect(elsewhere.headers.location).toBe('/out?error=oauth_provider_not_found');
  expect((await visitor.signIn('gitlab')).headers.location).toBe('/in');
  expect(gatehouse.log()).not.toContain(CLIENT.secret);

  provider.mend();
  expect((await new Visitor(gatehouse).signIn('acme', 'unverified')).headers.location).toBe('/in');
  await gatehouse.stop();
});
