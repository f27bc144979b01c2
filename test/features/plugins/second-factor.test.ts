import { linkingVariables } from '../../documentation/token-journeys.js';
import { startOpenIdProvider, type OpenIdProvider } from '../../openid/openid-provider.js';
import { BrowserLikeClient, type Answer } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { mailTo } from '../../setup/mails.js';
import { migrate } from '../../setup/migrate.js';
import { aMember, type Member } from '../../setup/people.js';
import { expectOneSentence, runToEnd } from '../../setup/run-to-end.js';
import { Visitor } from '../../social/visitor.js';

let database: TestDatabase;
let provider: OpenIdProvider;
/** The same settings but for TWO_FACTOR_REQUIRED. */
let everywhere: Gatehouse;
let afterPassword: Gatehouse;

beforeAll(async () => {
  [database, provider] = await Promise.all([createDatabase({ template: MIGRATED }), startOpenIdProvider()]);
  const settings = {
    ...linkingVariables(provider),
    PLUGINS: 'two-factor,magic-link,email-otp',
    RATE_LIMIT_ENABLED: 'false',
  };
  await migrate(database, settings);
  [everywhere, afterPassword] = await Promise.all([
    startGatehouse({ ...settings, TWO_FACTOR_REQUIRED: 'all' }, database),
    startGatehouse(settings, database),
  ]);
});

afterAll(async () => {
  await Promise.all([everywhere.stop(), afterPassword.stop(), provider.stop()]);
  await database.drop();
});

/** Somebody with a second factor, whom the provider knows too. */
async function careful(gatehouse: Gatehouse): Promise<Member> {
  const ada = await aMember(gatehouse);
  await database.query('update users set is_email_verified = true where id = $1', [ada.id]);
  const { password } = ada;
  await ada.client.post('/api/auth/two-factor/enable', { password, method: 'otp' });
  provider.people.set(ada.id, { sub: ada.id, name: ada.name, email: ada.email, email_verified: true });
  return ada;
}

async function codeIn(gatehouse: Gatehouse, kind: string, email: string): Promise<string> {
  await gatehouse.told(`mail ${kind} to ${email}`);
  return new RegExp(`mail ${kind} to ${email}: (\\d+)`).exec(gatehouse.log())?.[1] ?? '';
}

/** How somebody signs in without a password, in this browser. */
const WAYS: Readonly<
  Record<string, (server: Gatehouse, ada: Member, at: BrowserLikeClient) => Promise<Answer>>
> = {
  'at a provider': (server, { id }, at) => new Visitor(server, at).signIn('gitlab', id),
  'by a mailed link': async (server, { email }, at) => {
    await at.post('/api/auth/sign-in/magic-link', { email, callbackURL: '/in' });
    return at.get((await mailTo(server, email)).path);
  },
  'by a mailed code': async (server, { email }, at) => {
    await at.post('/api/auth/email-otp/send-verification-otp', { email, type: 'sign-in' });
    return at.post('/api/auth/sign-in/email-otp', {
      email,
      otp: await codeIn(server, 'code-sign-in', email),
    });
  },
};

const isSignedIn = async (at: BrowserLikeClient) => (await at.get('/api/auth/get-session')).text !== 'null';

describe.each(Object.entries(WAYS))('a sign-in %s', (_, signIn) => {
  test('ends only after the second factor, with TWO_FACTOR_REQUIRED=all', async () => {
    const ada = await careful(everywhere);
    const at = new BrowserLikeClient(everywhere.origin);
    const answer = await signIn(everywhere, ada, at);
    const challenge =
      answer.status === 302
        ? answer.headers['location']
        : `${answer.json<{ twoFactorRedirect: boolean }>().twoFactorRedirect}`;
    expect(['/in?twoFactorRedirect=true&twoFactorMethods=otp', 'true']).toContain(challenge);
    expect(await isSignedIn(at)).toBe(false);
    await at.post('/api/auth/two-factor/send-otp', {});
    const code = await codeIn(everywhere, 'code-second-factor', ada.email);
    expect((await at.post('/api/auth/two-factor/verify-otp', { code })).status).toBe(200);
    expect(await isSignedIn(at)).toBe(true);
  });

  test('needs no second factor from somebody who has none', async () => {
    const ada = await careful(everywhere);
    await ada.client.post('/api/auth/two-factor/disable', { password: ada.password });
    const at = new BrowserLikeClient(everywhere.origin);
    await signIn(everywhere, ada, at);
    expect(await isSignedIn(at)).toBe(true);
  });

  test('needs no second factor without the setting, as in Better Auth', async () => {
    const ada = await careful(afterPassword);
    const at = new BrowserLikeClient(afterPassword.origin);
    await signIn(afterPassword, ada, at);
    expect(await isSignedIn(at)).toBe(true);
  });
});

test.each<Record<string, string>>([{}, { PLUGINS: 'username' }])(
  'the setting needs the plugin: %j',
  async (settings) => {
    const environment = {
      DATABASE_URL: database.url,
      BETTER_AUTH_SECRET: SECRET,
      TWO_FACTOR_REQUIRED: 'all',
      ...settings,
    };
    const sentence = /TWO_FACTOR_REQUIRED=all needs the plugin two-factor\. Add it to PLUGINS\./;
    expectOneSentence(await runToEnd('dist/src/main.js', { environment }), sentence);
  },
);
