import type { Locator, Page } from 'playwright-core';
import { aCustomer, fill, isTold, linkIn, mailTo, press, signUp, type Customer } from './people.js';
import { startScreens, visit, type Screens, type Visitor } from './screens.js';

let screens: Screens;

beforeAll(async () => {
  screens = await startScreens('two origins');
});

afterAll(() => screens.stop());

/** Signs somebody up whose e-mail is verified, because only such people may see their invitations. */
async function join(visitor: Visitor, person: Customer): Promise<void> {
  await signUp(visitor, person);
  await screens.database.query('update users set is_email_verified = true where email = $1', [person.email]);
}

async function found({ page, open }: Visitor, name: string, slug: string): Promise<void> {
  await open('/account/organizations');
  await press(page, 'Create Organization');
  const dialog = page.getByRole('dialog');
  await fill(dialog, { Name: name, 'Slug URL': slug });
  await press(dialog, 'Create Organization');
  await isTold(page, 'Organization created successfully');
  await page
    .getByRole('banner')
    .getByRole('button', { name: `${name} ${slug}` })
    .waitFor();
}

async function invite({ page, open }: Visitor, { email }: Customer): Promise<void> {
  await open('/organization/members');
  await press(page, 'Invite Member');
  const dialog = page.getByRole('dialog');
  await fill(dialog, { Email: email });
  await press(dialog, 'Send Invitation');
  await isTold(page, 'Invitation sent successfully');
  await row(page, email).getByText('Member').waitFor();
}

/** The innermost card with the e-mail: the row of a member or an invitation. */
const row = (page: Page, email: string): Locator =>
  page.getByRole('main').locator('[data-slot=card]').filter({ hasText: email }).last();

async function choose(page: Page, { email }: Customer, action: string): Promise<void> {
  await row(page, email).getByRole('button').click();
  await page.getByRole('menuitem', { name: action }).click();
}

const members = (slug: string) =>
  screens.database.query(
    `select users.name, members.role from members join users on users.id = members.user_id
       join organizations on organizations.id = members.organization_id
      where organizations.slug = $1 order by users.name`,
    [slug],
  );

test('somebody is invited by mail, accepts, gets another role, and is removed', async () => {
  const [ada, grace] = [aCustomer(), aCustomer('Grace')];
  await visit(screens, async (owner) => {
    const { page } = owner;
    await join(owner, ada);
    await found(owner, 'Analytical Engines', 'engines');
    await invite(owner, grace);
    await visit(screens, async (guest) => {
      await join(guest, grace);
      await guest.page.goto(
        linkIn(await mailTo(screens, grace.email, 'Ada invites you to Analytical Engines')),
      );
      await guest.page.getByText('You have been invited to join an organization.').waitFor();
      await press(guest.page, 'Accept');
      await isTold(guest.page, 'Invitation accepted successfully');
      expect(await members('engines')).toEqual([
        { name: 'Ada', role: 'owner' },
        { name: 'Grace', role: 'member' },
      ]);

      await owner.open('/organization/members');
      await choose(page, grace, 'Update Role');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('combobox').click();
      await page.getByRole('option', { name: 'Admin' }).click();
      await press(dialog, 'Update Role');
      await isTold(page, 'Member role updated successfully');
      await row(page, grace.email).getByText('Admin').waitFor();
      expect(await members('engines')).toContainEqual({ name: 'Grace', role: 'admin' });
      await guest.open('/account/organizations');
      const switcher = guest.page.getByRole('banner').getByRole('button').first();
      await switcher.getByText('Analytical Engines').waitFor();
      await switcher.click();
      await guest.page.getByRole('menuitem', { name: 'Personal Account' }).click();
      await switcher.getByText('Personal Account').waitFor();

      await choose(page, grace, 'Remove Member');
      await press(dialog, 'Remove Member');
      await isTold(page, 'Member removed successfully');
      await row(page, grace.email).waitFor({ state: 'detached' });
      expect(await members('engines')).toEqual([{ name: 'Ada', role: 'owner' }]);
      await guest.open('/account/organizations');
      await guest.page.getByRole('button', { name: 'Create Organization' }).waitFor();
      expect(await guest.page.getByText('Analytical Engines').count()).toBe(0);
    });
  });
});

test("an invitation can be withdrawn, or refused on the list of one's own invitations", async () => {
  const [ada, grace] = [aCustomer(), aCustomer('Grace')];
  const states = () =>
    screens.database.query('select status from invitations where email = $1 order by created_at', [
      grace.email,
    ]);
  await visit(screens, async (owner) => {
    await join(owner, ada);
    await found(owner, 'Looms', 'looms');
    await invite(owner, grace);
    await choose(owner.page, grace, 'Cancel Invitation');
    await isTold(owner.page, 'Invitation cancelled successfully');
    await row(owner.page, grace.email).waitFor({ state: 'detached' });
    await invite(owner, grace);
    await visit(screens, async (guest) => {
      await join(guest, grace);
      await guest.open('/account/organizations');
      await choose(guest.page, grace, 'Reject');
      await isTold(guest.page, 'Invitation rejected successfully');
    });
  });
  expect(await states()).toEqual([{ status: 'canceled' }, { status: 'rejected' }]);
});

test('an organization is renamed and deleted', async () => {
  const ada = aCustomer();
  await visit(screens, async (owner) => {
    const { page, open } = owner;
    await join(owner, ada);
    await found(owner, 'Difference Engines', 'difference');
    await open('/organization/settings');
    await page.getByPlaceholder('Acme Inc.').fill('Punched Cards');
    await press(
      page
        .getByRole('main')
        .locator('form')
        .filter({ has: page.getByPlaceholder('Acme Inc.') }),
      'Save',
    );
    await isTold(page, 'Name updated successfully');
    await page.getByRole('banner').getByRole('button', { name: 'Punched Cards difference' }).waitFor();

    await press(page, 'Delete Organization');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('difference');
    await press(dialog, 'Delete Organization');
    await isTold(page, 'Organization deleted successfully');
  });
  const left = 'select id from organizations where slug = $1';
  expect(await screens.database.query(left, ['difference'])).toEqual([]);
});
