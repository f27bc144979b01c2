import { CLIENT } from '../openid/certified-provider.js';
import { startOpenIdProvider, type OpenIdProvider } from '../openid/openid-provider.js';
import { press, shows, startWorld, visitPage, type Visit, type World } from './visit.js';

const GRACE = 'Grace Hopper <grace@example.com>';

let provider: OpenIdProvider;
let world: World;

beforeAll(async () => {
  [provider, world] = await Promise.all([startOpenIdProvider(), startWorld()]);
});

afterAll(() => Promise.all([provider.stop(), world.stop()]));
afterEach(() => provider.mend());

/** Opens the page. The page, Gatehouse and the provider have three origins, and the provider is on another site. */
function onPage(run: (visit: Visit) => Promise<void>, environment: Record<string, string> = {}) {
  const client = { clientId: CLIENT.id, clientSecret: CLIENT.secret, scopes: ['openid', 'email', 'profile'] };
  const discovered = { ...client, discoveryUrl: provider.discoveryUrl };
  const providers = [
    { ...discovered, providerId: 'acme' },
    { ...discovered, providerId: 'posting', responseMode: 'form_post' },
  ];
  const variables = { OIDC_PROVIDERS: JSON.stringify(providers), ...environment };
  return visitPage(world, { host: 'localhost', environment: variables }, run);
}

/** Records the pages of the provider and of Gatehouse that the browser is redirected to. */
function navigationsOf({ page, gatehouse }: Visit): string[] {
  const navigations: string[] = [];
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url());
    const isRecorded = request.isNavigationRequest() && [provider.origin, gatehouse.origin].includes(origin);
    if (isRecorded)
      navigations.push(`${request.method()} ${pathname.replace(/^(\/auth|\/interaction)\/.*/, '$1/…')}`);
  });
  return navigations;
}

const query = (visit: Visit) => new URL(visit.page.url()).searchParams;

test.each([
  ['the database', 'acme', 'database', []],
  ['a cookie', 'acme', 'cookie', []],
  ['the database and a form_post callback', 'posting', 'database', ['POST /api/auth/callback/posting']],
])('signs in and out at the provider with the state in %s', async (_, name, strategy, posts) => {
  await onPage(
    async (visit) => {
      const { page, context, gatehouse, origin } = visit;
      const navigations = navigationsOf(visit);
      await shows(page, 'Nobody is signed in');
      await page.fill('[name=provider]', name);
      await page.getByRole('button', { name: 'Sign in at the provider' }).click();
      await shows(page, GRACE);
      expect([new URL(page.url()).origin, query(visit).has('new')]).toEqual([origin, true]);
      expect(navigations).toEqual([
        'GET /auth',
        'GET /interaction/…',
        'GET /auth/…',
        ...posts,
        `GET /api/auth/callback/${name}`,
      ]);
      const cookies = await context.cookies(gatehouse.origin);
      expect(cookies.filter(({ name: cookie }) => cookie.startsWith('better-auth'))).toMatchObject([
        { name: 'better-auth.session_token', httpOnly: true, sameSite: 'Lax' },
      ]);

      await page.goto(`${origin}/?api=${encodeURIComponent(gatehouse.origin)}`);
      await shows(page, GRACE);
      const ended = page.waitForRequest((request) =>
        request.url().startsWith(`${provider.origin}/session/end`),
      );
      await page.getByRole('button', { name: 'Sign out there too' }).click();
      await ended;
      await page.waitForURL(`${origin}/**`);
      await shows(page, 'Nobody is signed in');
    },
    { ACCOUNT_STORE_STATE_STRATEGY: strategy },
  );
});

test('a user with a password links the provider and then signs in with it', async () => {
  await onPage(async (visit) => {
    const { page, gatehouse, origin } = visit;
    const password = 'correct horse battery';
    expect(await press(page, 'Sign up', { name: 'Grace', email: 'grace@example.com', password })).toBe(
      'Done',
    );
    await page.fill('[name=provider]', 'acme');
    const cameBack = page.waitForResponse((answer) => answer.url().includes('/api/auth/callback/acme'));
    await page.getByRole('button', { name: 'Link the provider' }).click();
    await cameBack;
    await page.waitForURL(`${origin}/**`);
    await shows(page, 'Grace <grace@example.com>');
    expect(query(visit).get('error')).toBeNull();
    const providers = 'select provider_id from accounts order by provider_id';
    expect(await gatehouse.database.query(providers)).toEqual([
      { provider_id: 'acme' },
      { provider_id: 'credential' },
    ]);
    await page.getByRole('button', { name: 'Sign out there too' }).click();
    await shows(page, 'Nobody is signed in');
    await page.fill('[name=provider]', 'acme');
    await page.getByRole('button', { name: 'Sign in at the provider' }).click();
    await shows(page, 'Grace <grace@example.com>');
    expect(query(visit).has('new')).toBe(false);
  });
});

test('a popup signs in, and reports a failure to the page that opened it', async () => {
  await onPage(
    async ({ page }) => {
      expect(await press(page, 'Sign in in a popup', { provider: 'unknown' })).toMatch(/Unknown provider/);
      provider.faults.set('token', { kind: 'down' });
      expect(await press(page, 'Sign in in a popup', { provider: 'acme' })).toContain('invalid_code');
      provider.mend();
      expect(await press(page, 'Sign in in a popup', { provider: 'acme' })).toBe('Done');
      await shows(page, GRACE);
    },
    { PLUGINS: './test/conformance/modules/oauth-popup.mjs' },
  );
});

test('a failed sign-in returns to the page where it began', async () => {
  await onPage(async (visit) => {
    const { page, origin } = visit;
    provider.faults.set('token', { kind: 'down' });
    await page.fill('[name=provider]', 'acme');
    await page.getByRole('button', { name: 'Sign in at the provider' }).click();
    await page.waitForURL(/[?&]error=/);
    expect([new URL(page.url()).origin, query(visit).get('error')]).toEqual([origin, 'invalid_code']);
    await shows(page, 'Nobody is signed in');
    expect(await press(page, 'Sign in at the provider', { provider: 'unknown' })).toBe(
      '404 PROVIDER_NOT_FOUND Provider not found',
    );
  });
});
