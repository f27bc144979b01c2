import { CLIENT } from '../../openid/certified-provider.js';
import { startOpenIdProvider, type OpenIdProvider } from '../../openid/openid-provider.js';
import { enterPassword, fill, isSignedIn, isTold, linkIn, mailTo, press, signOut } from './people.js';
import { startScreens, visit, type Screens } from './screens.js';

/** The person at the provider. */
const GRACE = { name: 'Grace Hopper', email: 'grace@example.com', password: 'correct horse battery' };

let provider: OpenIdProvider;
let screens: Screens;

beforeAll(async () => {
  provider = await startOpenIdProvider();
  screens = await startScreens('two origins', {
    GITLAB_CLIENT_ID: CLIENT.id,
    GITLAB_CLIENT_SECRET: CLIENT.secret,
    GITLAB_ISSUER: provider.origin,
  });
});

afterAll(() => Promise.all([screens.stop(), provider.stop()]));

const accounts = async () => {
  const sql = 'select provider_id from accounts order by provider_id';
  const rows = await screens.database.query<{ provider_id: string }>(sql);
  return rows.map(({ provider_id }) => provider_id);
};

test('somebody signs in at a provider, sets a password, and unlinks and links the provider', async () => {
  await visit(screens, async (visitor) => {
    const { page, open, refusals } = visitor;
    const providers = page
      .getByRole('main')
      .locator('[data-slot=card]')
      .filter({ has: page.locator('[data-slot=card-title]').getByText('Providers', { exact: true }) });
    await open('/auth/sign-in');
    await press(page, 'Sign in with GitLab');
    await isSignedIn(page, GRACE);

    await open('/account/security');
    await providers.getByText(GRACE.email).waitFor();
    await press(providers, 'Unlink');
    await isTold(page, "You can't unlink your last account");
    expect(refusals()).toEqual(['400 /unlink-account']);
    await press(page, 'Set Password');
    await page.goto(linkIn(await mailTo(screens, GRACE.email, 'Reset your password')));
    await fill(page, { 'New Password': GRACE.password, 'Confirm Password': GRACE.password });
    await press(page, 'Save new password');
    await isTold(page, 'Password reset successfully');
    await open('/');
    await isSignedIn(page, GRACE);
    await signOut(visitor, GRACE);
    await enterPassword(visitor, GRACE.email, GRACE.password);
    await isSignedIn(page, GRACE);
    expect(await accounts()).toEqual(['credential', 'gitlab']);

    await open('/account/security');
    await press(providers, 'Unlink');
    await providers.getByRole('button', { name: 'Unlink', exact: true }).waitFor({ state: 'detached' });
    expect(await accounts()).toEqual(['credential']);
    await press(providers, 'Link');
    await providers.getByText(GRACE.email).waitFor();
    expect(page.url()).toBe(`${screens.origin}/account/security`);
    expect(await accounts()).toEqual(['credential', 'gitlab']);
  });
});
