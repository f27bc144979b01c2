import type { Locator } from 'playwright-core';
import {
  aCustomer,
  enterPassword,
  fill,
  isSignedIn,
  isTold,
  linkIn,
  mailTo,
  press,
  signOut,
  signUp,
  type Customer,
} from './people.js';
import { startScreens, visit, type Screens, type Visitor } from './screens.js';

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
  'base64',
);

let screens: Screens;

beforeAll(async () => {
  screens = await startScreens('one origin');
});

afterAll(() => screens.stop());

async function userOf({ username }: Customer) {
  const sql = 'select * from users where username = lower($1)';
  const [user] = await screens.database.query<Record<string, unknown>>(sql, [username]);
  return user;
}

/** The card of the settings with this title. */
function card({ page }: Visitor, title: string): Locator {
  const heading = page.locator('[data-slot=card-title]').getByText(title, { exact: true });
  return page.getByRole('main').locator('[data-slot=card]').filter({ has: heading });
}

test('somebody changes the name, the user name and the picture', async () => {
  const ada = aCustomer();
  await visit(screens, async (visitor) => {
    const { page, open, refusals } = visitor;
    await signUp(visitor, ada);
    await open('/account/settings');
    const enter = async (title: string, text: string) => {
      await card(visitor, title).getByRole('textbox').fill(text);
      await press(card(visitor, title), 'Save');
    };
    await enter('Name', 'Ada King');
    await isTold(page, 'Name updated successfully');
    expect(await userOf(ada)).toMatchObject({ name: 'Ada King' });

    await enter('Username', 'a');
    await isTold(page, 'username is too short');
    expect(refusals()).toEqual(['400 /update-user']);
    await enter('Username', 'The_Countess');
    await isTold(page, 'Username updated successfully');
    const countess = { ...ada, name: 'Ada King', username: 'The_Countess' };
    expect(await userOf(countess)).toMatchObject({ email: ada.email, username: 'the_countess' });

    const avatar = card(visitor, 'Avatar').getByRole('button');
    const choice = page.waitForEvent('filechooser');
    await avatar.click();
    await page.getByRole('menuitem', { name: 'Upload Avatar' }).click();
    await (await choice).setFiles({ name: 'ada.png', mimeType: 'image/png', buffer: PICTURE });
    await card(visitor, 'Avatar').getByRole('button', { disabled: false }).click();
    await page.getByRole('menuitem', { name: 'Delete Avatar' }).waitFor();
    expect((await userOf(countess))?.['image']).toMatch(/^http:.*\/pictures\/.*\.png$/);
    await page.getByRole('menuitem', { name: 'Delete Avatar' }).click();
    await page.getByRole('menuitem', { name: 'Delete Avatar' }).waitFor({ state: 'detached' });

    await signOut(visitor, countess);
    await enterPassword(visitor, 'the_countess', ada.password);
    await isSignedIn(page, countess);
  });
});

test('the e-mail changes after a click on the links in two mails', async () => {
  const ada = aCustomer();
  const email = `new-${ada.email}`;
  await visit(screens, async (visitor) => {
    const { page, open } = visitor;
    await signUp(visitor, ada);
    await screens.database.query('update users set is_email_verified = true where email = $1', [ada.email]);
    await open('/account/settings');
    await card(visitor, 'Email').getByRole('textbox').fill(email);
    await press(card(visitor, 'Email'), 'Save');
    await isTold(page, 'Please check your email to verify the change.');
    await page.goto(linkIn(await mailTo(screens, ada.email, 'Confirm the change of your e-mail address')));
    expect(page.url()).toBe(`${screens.origin}/account/settings`);
    expect(await userOf(ada)).toMatchObject({ email: ada.email });
    await page.goto(linkIn(await mailTo(screens, email, 'Confirm your e-mail address')));
    expect(page.url()).toBe(`${screens.origin}/account/settings`);
    await page.getByRole('banner').getByText(email).waitFor();
    expect(await userOf(ada)).toMatchObject({ email, is_email_verified: true });
  });
});

test('a new password replaces the old one', async () => {
  const ada = aCustomer();
  const password = 'another horse battery';
  await visit(screens, async (visitor) => {
    const { page, open, refusals } = visitor;
    const change = async (current: string) => {
      await fill(page, {
        'Current Password': current,
        'New Password': password,
        'Confirm Password': password,
      });
      await press(card(visitor, 'Change Password'), 'Save');
    };
    await signUp(visitor, ada);
    await open('/account/security');
    await change('a wrong password');
    await isTold(page, 'Invalid password');
    expect(refusals()).toEqual(['400 /change-password']);
    await change(ada.password);
    await isTold(page, 'Your password has been changed.');
  });
  await visit(screens, async (visitor) => {
    await enterPassword(visitor, ada.email, ada.password);
    await isTold(visitor.page, 'Invalid email or password');
    expect(visitor.refusals()).toEqual(['401 /sign-in/email']);
    await enterPassword(visitor, ada.email, password);
    await isSignedIn(visitor.page, ada);
  });
});

test('the session of another device is listed and revoked', async () => {
  const ada = aCustomer();
  await visit(screens, async (here) => {
    await signUp(here, ada);
    await visit(screens, async (there) => {
      await enterPassword(there, ada.email, ada.password);
      await isSignedIn(there.page, ada);
      await here.open('/account/security');
      await press(here.page, 'Revoke');
      await here.page.getByRole('button', { name: 'Revoke' }).waitFor({ state: 'detached' });
      await there.open('/');
      await there.page.getByText('Nobody is signed in').waitFor();
      await here.open('/');
      await isSignedIn(here.page, ada);
    });
  });
});

test('an API key is shown once, works, and is deleted', async () => {
  const ada = aCustomer();
  const userBy = async (key: string) => {
    const answer = await fetch(`${screens.api}/api/auth/get-session`, { headers: { 'x-api-key': key } });
    return [answer.status, ((await answer.json()) as { user?: { email: string } } | null)?.user?.email];
  };
  await visit(screens, async (visitor) => {
    const { page, open } = visitor;
    await signUp(visitor, ada);
    await open('/account/api-keys');
    await press(page, 'Create API Key');
    const dialog = page.getByRole('dialog');
    await fill(dialog, { Name: 'Backup' });
    await page.getByRole('combobox', { name: 'Expires' }).click();
    await page.getByRole('option', { name: 'in 30 days' }).click();
    await press(dialog, 'Create API Key');
    const shown = page.getByRole('dialog', { name: 'API Key Created' });
    await shown.waitFor();
    const key = /^[A-Za-z]{64}$/m.exec(await shown.innerText())?.[0] ?? '';
    expect(await userBy(key)).toEqual([200, ada.email]);
    await press(shown, 'Done');

    const listed = page.getByText(`${key.slice(0, 6)}******`);
    await listed.waitFor();
    expect(await page.content()).not.toContain(key);
    await press(page, 'Delete');
    await press(dialog, 'Delete');
    await dialog.waitFor({ state: 'detached' });
    await listed.waitFor({ state: 'detached' });
    expect(await userBy(key)).toEqual([401, undefined]);
  });
});

test('somebody deletes the account with the password', async () => {
  const ada = aCustomer();
  await visit(screens, async (visitor) => {
    const { page, open, refusals } = visitor;
    const remove = async (password: string) => {
      await press(page, 'Delete Account');
      const dialog = page.getByRole('dialog');
      await fill(dialog, { Password: password });
      await press(dialog, 'Delete Account');
    };
    await signUp(visitor, ada);
    await open('/account/security');
    await remove('a wrong password');
    await isTold(page, 'Invalid password');
    expect(refusals()).toEqual(['400 /delete-user']);
    await remove(ada.password);
    await isTold(page, 'Your account has been deleted.');
    await page.getByRole('button', { name: 'Login' }).waitFor();
    expect(await userOf(ada)).toBeUndefined();
  });
});
