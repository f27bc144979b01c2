import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../../../src/local/free-port.js';
import { startMailServer, type MailServer } from '../../mail/support.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { launchBrowser } from '../browser.js';
import { startFrontEnd } from '../front-end.js';
import { styleOfScreens } from './styles.mjs';

/** The screens of better-auth-ui, Gatehouse with the plugins they need, and a mail server. */
export interface Screens {
  readonly browser: Browser;
  readonly database: TestDatabase;
  readonly mails: MailServer;
  /** The origin of the screens. */
  readonly origin: string;
  /** The origin to which the screens send requests. */
  readonly api: string;
  stop(): Promise<void>;
}

/** Somebody in a private window. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** The answers with an error since the last call, such as `401 /sign-in/email`. A test must ask for those it expects. */
  refusals(): string[];
  /** Opens this path of the front end. */
  open(path: string): Promise<void>;
}

/** @param arrangement whether the front end and Gatehouse have two origins, or a proxy puts them on one */
export async function startScreens(
  arrangement: 'two origins' | 'one origin',
  environment: Readonly<Record<string, string>> = {},
): Promise<Screens> {
  const PORT = String(await freePort());
  const api = arrangement === 'one origin' ? `http://localhost:${PORT}` : undefined;
  const [browser, frontEnd, mails, database] = await Promise.all([
    launchBrowser(),
    startFrontEnd({ script: 'test/browser/auth-ui/app.jsx', style: await styleOfScreens(), api }),
    startMailServer(),
    createDatabase({ template: MIGRATED }),
  ]);
  const origin = `http://localhost:${frontEnd.port}`;
  const texts = await mkdtemp(join(tmpdir(), 'gatehouse-mails-'));
  await writeInvitation(texts, `${origin}/auth/accept-invitation?invitationId={{invitation}}`);
  const settings = {
    PLUGINS: 'username,two-factor,passkey,api-key,organization,magic-link,email-otp',
    // The screen that changes the user name does not change the displayed one.
    USERNAME_DISPLAY_USERNAME: 'false',
    TWO_FACTOR_ISSUER: 'Example',
    TWO_FACTOR_REQUIRED: 'all',
    PASSKEY_ORIGIN: origin,
    PASSKEY_RP_ID: 'localhost',
    API_KEY_ENABLE_SESSION_FOR_API_KEYS: 'true',
    USER_CHANGE_EMAIL_ENABLED: 'true',
    USER_CHANGE_EMAIL_SEND_CHANGE_EMAIL_CONFIRMATION: 'true',
    USER_DELETE_USER_ENABLED: 'true',
    SMTP_URL: mails.url,
    MAIL_FROM: 'Example <no-reply@example.com>',
    MAIL_TEMPLATES: texts,
    PORT,
    ...(api ? { BETTER_AUTH_URL: origin } : { BETTER_AUTH_TRUSTED_ORIGINS: origin }),
    ...environment,
  };
  await migrate(database, settings);
  const gatehouse = await startGatehouse(settings, database);
  const stop = async () => {
    await Promise.all([browser.close(), gatehouse.stop(), frontEnd.stop(), mails.stop()]);
    await database.drop();
    await rm(texts, { recursive: true });
  };
  return { browser, database, mails, origin, api: api ? origin : gatehouse.origin, stop };
}

/** Puts a link into the mail that invites, because only the operator knows the address of the screen. */
async function writeInvitation(folder: string, link: string): Promise<void> {
  await mkdir(join(folder, 'en'));
  const subject = '{{inviter}} invites you to {{organization}}';
  await writeFile(join(folder, 'en', 'invitation.txt'), `Subject: ${subject}\n\n${link}\n`);
  await writeFile(join(folder, 'en', 'invitation.html'), `<p><a href="${link}">${subject}</a></p>\n`);
}

/** Opens a private window for the test, and checks at its end that the page had no fault that the test did not expect. */
export async function visit(
  { browser, origin, api }: Screens,
  run: (visitor: Visitor) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('response', (response) => {
      const { origin: server, pathname } = new URL(response.url());
      const status = response.status();
      // After a sign-out the client asks again for the lists that the page showed.
      const isLateQuestion = status === 401 && response.request().method() === 'GET';
      if (server === api && pathname.startsWith('/api/') && status >= 400 && !isLateQuestion)
        faults.push(`${status} ${pathname.replace('/api/auth', '')}`);
    });
    const open = async (path: string) => {
      await page.goto(`${origin}${path}`);
    };
    await open(`/?api=${encodeURIComponent(api)}`);
    await run({ page, context, refusals: () => faults.splice(0), open });
    expect(faults).toEqual([]);
  } finally {
    await context.close();
  }
}
