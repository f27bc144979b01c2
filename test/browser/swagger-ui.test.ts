import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { launchBrowser } from './browser.js';

let gatehouse: Gatehouse;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  gatehouse = await startGatehouse();
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  await gatehouse.stop();
});

/** The errors that the browser reports, violations of the content security policy included. */
let complaints: string[];

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 1600 } });
  page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The browser reports each 4xx answer as an error, but some tests provoke them.
    if (message.type() === 'error' && !/the server responded with a status of 4/.test(message.text()))
      complaints.push(message.text());
  });
  await page.goto(`${gatehouse.origin}/docs`);
  await page.getByRole('button', { name: 'Authorize', exact: true }).waitFor();
});

afterEach(async () => {
  const { SCREENSHOTS } = process.env;
  const name = expect.getState().currentTestName?.replaceAll(/\W+/g, '-') ?? 'page';
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
  await context.close();
  expect(complaints).toEqual([]);
});

interface Shown {
  readonly status: string;
  readonly body: string;
}

/** Opens the operation, presses Execute with the example values, and reads the answer that the page shows. */
async function execute(method: string, path: string): Promise<Shown> {
  const operation = page.locator(`.opblock-${method}`, {
    has: page.locator(`.opblock-summary-path[data-path="${path}"]`),
  });
  if (!(await isOpen(operation))) await operation.locator('.opblock-summary-control').click();
  // Otherwise the test would read the previous answer.
  const clear = operation.getByRole('button', { name: 'Clear' });
  if (await clear.isVisible()) await clear.click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  const answer = operation.locator('.live-responses-table .response').first();
  const status = await answer.locator('.response-col_status').innerText();
  return { status: status.trim(), body: await answer.locator('.microlight').first().innerText() };
}

const isOpen = async (operation: Locator) =>
  /\bis-open\b/.test((await operation.getAttribute('class')) ?? '');

async function authorize(scheme: string, value: string): Promise<void> {
  await page.getByRole('button', { name: 'Authorize', exact: true }).click();
  const way = page.locator('.auth-container', {
    has: page.locator('code', { hasText: new RegExp(`^${scheme}$`) }),
  });
  await way.locator('input').fill(value);
  await way.getByRole('button', { name: 'Apply credentials' }).click();
  await way.getByRole('button', { name: 'Close' }).click();
}

test('signing up with the example signs the browser in, and guarded routes answer', async () => {
  expect((await execute('get', '/api/auth/list-accounts')).status).toBe('401');
  const signedUp = await execute('post', '/api/auth/sign-up/email');
  expect(signedUp.status).toBe('200');
  const session = await execute('get', '/api/auth/get-session');
  expect(session.status).toBe('200');
  expect(JSON.parse(session.body)).toMatchObject({ user: { email: 'ada@example.com' } });
  expect((await execute('get', '/api/auth/list-accounts')).status).toBe('200');
  const left = await execute('post', '/api/auth/sign-out');
  expect([left.status, JSON.parse(left.body)]).toEqual(['200', { success: true }]);
  expect((await execute('get', '/api/auth/get-session')).body.trim()).toBe('null');
});

test('a session token entered under Authorize opens guarded routes', async () => {
  const { body } = await execute('post', '/api/auth/sign-in/email');
  const { token } = JSON.parse(body) as { token: string };
  await context.clearCookies();
  expect((await execute('get', '/api/auth/list-sessions')).status).toBe('401');
  await authorize('sessionToken', token);
  const sessions = await execute('get', '/api/auth/list-sessions');
  expect(sessions.status).toBe('200');
  expect(JSON.parse(sessions.body)).toContainEqual(expect.objectContaining({ token }));
  const session = await execute('get', '/api/auth/get-session');
  expect(JSON.parse(session.body)).toMatchObject({ session: { token } });
});

test('a JWT entered under Authorize opens guarded routes', async () => {
  const { body } = await execute('post', '/api/auth/login');
  const { accessToken } = JSON.parse(body) as { accessToken: string };
  await context.clearCookies();
  await authorize('jwt', accessToken);
  expect((await execute('put', '/api/auth/user')).status).toBe('200');
  const session = await execute('get', '/api/auth/get-session');
  expect(JSON.parse(session.body)).toMatchObject({ user: { name: 'Ada King' } });
});

test('the content security policy of the error page allows its style', async () => {
  await page.goto(`${gatehouse.origin}/api/auth/error?error=state_mismatch`);
  expect(await page.getByText('state_mismatch').count()).toBe(1);
  expect(await page.evaluate('getComputedStyle(document.body).display')).toBe('grid');
});
