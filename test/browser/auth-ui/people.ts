import type { Locator, Page } from 'playwright-core';
import type { Received } from '../../mail/support.js';
import { until } from '../../mail/support.js';
import { aPerson, type Person } from '../../setup/people.js';
import type { Screens, Visitor } from './screens.js';

export interface Customer extends Person {
  readonly username: string;
}

/** A person whose e-mail and user name no other test of the same file uses. */
export function aCustomer(name = 'Ada'): Customer {
  const person = aPerson({ name });
  return { ...person, username: person.email.replace('@example.com', '').replace('ada', 'Ada_') };
}

const field = (within: Page | Locator, label: string) => within.getByLabel(label, { exact: true });

/** Types into the fields with these labels. */
export async function fill(within: Page | Locator, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, text] of Object.entries(fields)) await field(within, label).fill(text);
}

export const press = (within: Page | Locator, button: string): Promise<void> =>
  within.getByRole('button', { name: button, exact: true }).click();

/** Waits for the notice that the screens show at the edge of the page. Capitals are the package's own matter. */
export const isTold = (page: Page, text: string): Promise<void> =>
  page.getByRole('region', { name: 'Notifications' }).getByText(text).first().waitFor();

export const isSignedIn = (page: Page, { name, email }: Pick<Person, 'name' | 'email'>): Promise<void> =>
  page.getByText(`${name} <${email}> is signed in`).waitFor();

/** Signs up on the screen. */
export async function signUp({ page, open }: Visitor, person: Customer): Promise<void> {
  await open('/auth/sign-up');
  await fill(page, {
    Name: person.name,
    Username: person.username,
    Email: person.email,
    Password: person.password,
    'Confirm Password': person.password,
  });
  await press(page, 'Create an account');
  await isSignedIn(page, person);
}

/** Types the user name or the e-mail and the password into the screen for signing in. */
export async function enterPassword({ page, open }: Visitor, login: string, password: string): Promise<void> {
  await open('/auth/sign-in');
  await fill(page, { Username: login, Password: password });
  await press(page, 'Login');
}

export async function signOut({ page }: Visitor, { name, email }: Person): Promise<void> {
  await page
    .getByRole('banner')
    .getByRole('button', { name: `${name} ${email}` })
    .click();
  await page.getByRole('menuitem', { name: 'Sign Out' }).click();
  await page.getByRole('button', { name: 'Login' }).waitFor();
}

/** Types a code of six digits. The screen sends it by itself after the last one. */
export const enterCode = (page: Page, code: string): Promise<void> =>
  page.getByRole('textbox').and(page.locator('[autocomplete=one-time-code]')).fill(code);

/** Waits for a mail with this subject to the address. */
export async function mailTo(
  { mails }: Screens,
  email: string,
  subject: string | RegExp,
): Promise<Received['mail']> {
  const find = () =>
    mails.received.find(({ to, mail }) => to.includes(email) && mail.subject?.match(subject) !== null);
  await until(() => find() !== undefined, `a mail to ${email} about ${subject}`);
  const found = find();
  if (!found) throw new Error('The mail is gone.');
  return found.mail;
}

export const linkIn = ({ text = '' }: Received['mail']): string => /https?:\S+/.exec(text)?.[0] ?? '';

export const codeIn = ({ text = '' }: Received['mail']): string => /^\d{6}$/m.exec(text)?.[0] ?? '';
