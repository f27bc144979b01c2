import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../../src/local/free-port.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { launchBrowser } from './browser.js';
import { startFrontEnd, type FrontEnd } from './front-end.js';

export interface World {
  readonly browser: Browser;
  readonly frontEnd: FrontEnd;
  stop(): Promise<unknown>;
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly gatehouse: Gatehouse;
  /** The origin of the page. */
  readonly origin: string;
}

export type OpenContext = () => Promise<{ context: BrowserContext; close(): Promise<void> }>;

interface Setting {
  /** The host name of the page. */
  readonly host: string;
  readonly environment: Record<string, string>;
  /** Opens another browser. Without it the visit uses a private window of the shared browser. */
  readonly open?: OpenContext | undefined;
}

export async function startWorld(): Promise<World> {
  const [browser, frontEnd] = await Promise.all([launchBrowser(), startFrontEnd()]);
  return { browser, frontEnd, stop: () => Promise.all([browser.close(), frontEnd.stop()]) };
}

/** Opens the page on this host, with a new Gatehouse that trusts the page's origin, and runs the test on it. */
export async function visitPage(
  { browser, frontEnd }: World,
  { host, environment, open = () => openPrivately(browser) }: Setting,
  run: (visit: Visit) => Promise<void>,
): Promise<void> {
  const origin = `http://${host}:${frontEnd.port}`;
  const PORT = String(await freePort());
  const gatehouse = await startGatehouse({ BETTER_AUTH_TRUSTED_ORIGINS: origin, PORT, ...environment });
  const { context, close } = await open();
  try {
    const page = await context.newPage();
    await page.goto(`${origin}/?api=${encodeURIComponent(gatehouse.origin)}`);
    await run({ page, context, gatehouse, origin });
  } finally {
    await close();
    await gatehouse.stop();
  }
}

async function openPrivately(browser: Browser) {
  const context = await browser.newContext();
  return { context, close: () => context.close() };
}

export const shows = (page: Page, text: string) =>
  page.locator('#session').filter({ hasText: text }).waitFor();

/** Fills in the fields, presses the button, and returns the message that the page then shows. */
export async function press(
  page: Page,
  button: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
  await page.getByRole('button', { name: button, exact: true }).click();
  const alert = page.getByRole('alert').filter({ hasText: /^[^…]+$/ });
  await alert.waitFor();
  return alert.textContent();
}
