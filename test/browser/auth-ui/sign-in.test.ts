import { totpOf } from '../../conformance/totp.js';
import {
  aCustomer,
  codeIn,
  enterCode,
  enterPassword,
  fill,
  isSignedIn,
  isTold,
  linkIn,
  mailTo,
  press,
  signOut,
  signUp,
} from './people.js';
import { startScreens, visit, type Screens, type Visitor } from './screens.js';

let screens: Screens;

beforeAll(async () => {
  screens = await startScreens('two origins');
});

afterAll(() => screens.stop());

test('somebody signs up with a user name, and signs in by it', async () => {
  const ada = aCustomer();
  await visit(screens, async (visitor) => {
    const { page, refusals } = visitor;
    await signUp(visitor, ada);
    await signOut(visitor, ada);

    await enterPassword(visitor, ada.username, 'a wrong password');
    await isTold(page, 'Invalid username or password');
    expect(refusals()).toEqual(['401 /sign-in/username']);
    await enterPassword(visitor, ada.username.toUpperCase(), ada.password);
    await isSignedIn(page, ada);
    await signOut(visitor, ada);
    await enterPassword(visitor, ada.email, ada.password);
    await isSignedIn(page, ada);
  });
  await visit(screens, async ({ page, open, refusals }) => {
    const { username, password } = ada;
    await open('/auth/sign-up');
    await fill(page, { Name: 'Eve', Username: username, Email: 'eve@example.com' });
    await fill(page, { Password: password, 'Confirm Password': password });
    await press(page, 'Create an account');
    await isTold(page, 'Username is already taken. Please try another.');
    expect(refusals()).toEqual(['400 /sign-up/email']);
  });
  const users = 'select username from users where email in ($1, $2)';
  expect(await screens.database.query(users, [ada.email, 'eve@example.com'])).toEqual([
    { username: ada.username.toLowerCase() },
  ]);
});

/** Switches the second factor on, and returns the backup codes and the URI of the QR code. */
async function enable({ page, open }: Visitor, password: string) {
  await open('/account/security');
  await press(page, 'Enable Two-Factor');
  const dialog = page.getByRole('dialog');
  await fill(dialog, { Password: password });
  await press(dialog, 'Enable Two-Factor');
  const codes = page.getByRole('dialog', { name: 'Backup Codes' });
  await codes.waitFor();
  const backupCodes = (await codes.innerText()).match(/^\w{5}-\w{5}$/gm) ?? [];
  await press(codes, 'Continue');
  await press(page, 'Continue with Authenticator');
  await page.getByText('Scan the QR Code with your Authenticator').waitFor();
  const uri = /totpURI=(.*)$/.exec(page.url())?.[1] ?? '';
  await enterCode(page, totpOf(uri));
  await isTold(page, 'Two-factor authentication has been enabled');
  return { backupCodes, uri };
}

describe('with a second factor', () => {
  test('a sign-in asks for a code, a trusted device does not, and a backup code works once', async () => {
    const ada = aCustomer();
    await visit(screens, async (visitor) => {
      const { page, context, refusals } = visitor;
      await signUp(visitor, ada);
      const { backupCodes, uri } = await enable(visitor, ada.password);
      expect(backupCodes).toHaveLength(10);
      expect(uri).toContain('issuer=Example');
      await signOut(visitor, ada);

      await enterPassword(visitor, ada.username, ada.password);
      await press(page, 'Continue with Authenticator');
      await enterCode(page, '000000');
      await isTold(page, 'Invalid code');
      expect(refusals()).toEqual(['401 /two-factor/verify-totp']);
      await page.getByRole('checkbox', { name: 'Trust this device' }).check();
      await enterCode(page, totpOf(uri));
      await isSignedIn(page, ada);
      await signOut(visitor, ada);
      await enterPassword(visitor, ada.username, ada.password);
      await isSignedIn(page, ada);
      await signOut(visitor, ada);

      await context.clearCookies();
      const [backupCode = ''] = backupCodes;
      const recover = async () => {
        await enterPassword(visitor, ada.email, ada.password);
        await press(page, 'Continue with Authenticator');
        await page.getByRole('link', { name: 'Forgot authenticator?' }).click();
        await fill(page, { 'Backup Code': backupCode });
        await press(page, 'Recover account');
      };
      await recover();
      await isSignedIn(page, ada);
      await signOut(visitor, ada);
      await recover();
      await isTold(page, 'Invalid backup code');
      expect(refusals()).toEqual(['401 /two-factor/verify-backup-code']);
    });
  });

  test('the code can come by mail, and the second factor can be switched off', async () => {
    const ada = aCustomer();
    const isEnabled = async () => {
      const sql = 'select two_factor_enabled from users where email = $1';
      const [user] = await screens.database.query<{ two_factor_enabled: boolean }>(sql, [ada.email]);
      return user?.two_factor_enabled;
    };
    await visit(screens, async (visitor) => {
      const { page, open } = visitor;
      await signUp(visitor, ada);
      await enable(visitor, ada.password);
      expect(await isEnabled()).toBe(true);
      await signOut(visitor, ada);
      await enterPassword(visitor, ada.username, ada.password);
      await press(page, 'Send verification code');
      await enterCode(page, codeIn(await mailTo(screens, ada.email, 'Your code for signing in')));
      await isSignedIn(page, ada);

      await open('/account/security');
      await press(page, 'Disable Two-Factor');
      const dialog = page.getByRole('dialog');
      await fill(dialog, { Password: ada.password });
      await press(dialog, 'Disable Two-Factor');
      await isTold(page, 'Two-Factor Authentication has been disabled');
      expect(await isEnabled()).toBe(false);
      await signOut(visitor, ada);
      await enterPassword(visitor, ada.username, ada.password);
      await isSignedIn(page, ada);
    });
  });

  test('a mailed code and a mailed link do not replace it', async () => {
    const ada = aCustomer();
    await visit(screens, async (visitor) => {
      const { page } = visitor;
      await signUp(visitor, ada);
      const { uri } = await enable(visitor, ada.password);
      await signOut(visitor, ada);
      const finish = async () => {
        await press(page, 'Continue with Authenticator');
        await enterCode(page, totpOf(uri));
        await isSignedIn(page, ada);
      };

      await press(page, 'Sign in with Email Code');
      await fill(page, { Email: ada.email });
      await press(page, 'Send code');
      await enterCode(page, codeIn(await mailTo(screens, ada.email, 'Your code for signing in')));
      await finish();
      await signOut(visitor, ada);

      await press(page, 'Sign in with Magic Link');
      await fill(page, { Email: ada.email });
      await press(page, 'Send magic link');
      await page.goto(linkIn(await mailTo(screens, ada.email, 'Sign in to localhost')));
      await finish();
    });
  });
});

test('a passkey is added, signs its owner in, and is deleted', async () => {
  const ada = aCustomer();
  const passkeys = () =>
    screens.database.query(
      'select device_type, backed_up from passkeys where user_id = (select id from users where email = $1)',
      [ada.email],
    );
  await visit(screens, async (visitor) => {
    const { page, context, open, refusals } = visitor;
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await signUp(visitor, ada);
    await open('/account/security');
    await press(page, 'Add Passkey');
    const added = page.getByRole('button', { name: 'Delete', exact: true });
    await added.waitFor();
    expect(await passkeys()).toEqual([{ device_type: 'singleDevice', backed_up: false }]);
    await signOut(visitor, ada);

    await press(page, 'Sign in with Passkey');
    await isSignedIn(page, ada);
    await open('/account/security');
    await added.click();
    await added.waitFor({ state: 'detached' });
    expect(await passkeys()).toEqual([]);
    await signOut(visitor, ada);

    // The authenticator still has the key.
    await press(page, 'Sign in with Passkey');
    await isTold(page, 'Passkey not found');
    expect(refusals()).toEqual(['401 /passkey/verify-authentication']);
  });
});

test('a mailed link signs somebody up, once', async () => {
  const grace = { name: '', email: 'grace@example.com' };
  await visit(screens, async ({ page, context, open }) => {
    await open('/auth/sign-in');
    await press(page, 'Sign in with Magic Link');
    await fill(page, { Email: grace.email });
    await press(page, 'Send magic link');
    await isTold(page, 'Check your email for the magic link');
    const link = linkIn(await mailTo(screens, grace.email, 'Sign in to localhost'));
    await page.goto(link);
    await isSignedIn(page, grace);
    expect(page.url()).toBe(`${screens.origin}/`);

    await context.clearCookies();
    await page.goto(link);
    await page.getByText('Nobody is signed in').waitFor();
    expect(page.url()).toBe(`${screens.origin}/?error=INVALID_TOKEN`);
  });
  const users = 'select name, is_email_verified from users where email = $1';
  expect(await screens.database.query(users, [grace.email])).toEqual([{ name: '', is_email_verified: true }]);
});

test('a mailed code signs somebody in', async () => {
  const ada = aCustomer();
  await visit(screens, async (visitor) => {
    const { page, refusals } = visitor;
    await signUp(visitor, ada);
    await signOut(visitor, ada);
    await press(page, 'Sign in with Email Code');
    await fill(page, { Email: ada.email });
    await press(page, 'Send code');
    await isTold(page, 'Please check your email for the verification code.');
    const code = codeIn(await mailTo(screens, ada.email, 'Your code for signing in'));
    await enterCode(page, code === '000000' ? '000001' : '000000');
    await isTold(page, 'Invalid OTP');
    expect(refusals()).toEqual(['400 /sign-in/email-otp']);
    await enterCode(page, code);
    await isSignedIn(page, ada);
  });
});

test('a forgotten password is replaced', async () => {
  const ada = aCustomer();
  const password = 'another horse battery';
  await visit(screens, async (visitor) => {
    const { page, refusals } = visitor;
    await signUp(visitor, ada);
    await signOut(visitor, ada);
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await fill(page, { Email: ada.email });
    await press(page, 'Send reset link');
    await isTold(page, 'Check your email for the password reset link.');
    const link = linkIn(await mailTo(screens, ada.email, 'Reset your password'));
    await page.goto(link);
    await fill(page, { 'New Password': password, 'Confirm Password': password });
    await press(page, 'Save new password');
    await isTold(page, 'Password reset successfully');
    await enterPassword(visitor, ada.email, ada.password);
    await isTold(page, 'Invalid email or password');
    expect(refusals()).toEqual(['401 /sign-in/email']);
    await enterPassword(visitor, ada.email, password);
    await isSignedIn(page, ada);
    await signOut(visitor, ada);

    await page.goto(link);
    await isTold(page, 'Invalid token');
  });
});
