import { mkdir } from 'node:fs/promises';
import { mailTo } from '../setup/mails.js';
import { launchTolerantBrowser } from './browser.js';
import { press, shows, startWorld, visitPage, type OpenContext, type Visit, type World } from './visit.js';

const ADA = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };
const SCREENSHOTS = '.data/screenshots';

let world: World;

beforeAll(async () => {
  world = await startWorld();
  await mkdir(SCREENSHOTS, { recursive: true });
});

afterAll(() => world.stop());

const onPage = (
  host: string,
  environment: Record<string, string>,
  run: (visit: Visit) => Promise<void>,
  open?: OpenContext,
) => visitPage(world, { host, environment, open }, run);

test('the unmodified React client works on another origin, from sign-up to password reset', async () => {
  await onPage('localhost', {}, async ({ page, context, gatehouse, origin }) => {
    const preflights: { url: string; status: number }[] = [];
    const faults: string[] = [];
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    const asked = new Map<string, string>();
    devtools.on('Network.requestWillBeSent', ({ requestId, request }) => {
      if (request.method === 'OPTIONS') asked.set(requestId, request.url);
    });
    devtools.on('Network.responseReceived', ({ requestId, response }) => {
      const url = asked.get(requestId);
      if (url !== undefined) preflights.push({ url, status: response.status });
    });
    page.on('pageerror', (error) => faults.push(error.message));

    await shows(page, 'Nobody is signed in');
    expect(await press(page, 'Sign up', { ...ADA, password: 'short' })).toBe(
      '400 PASSWORD_TOO_SHORT Password too short',
    );
    expect(await press(page, 'Sign up', ADA)).toBe('Done');
    await shows(page, 'Ada <ada@example.com>');

    const [cookie, ...others] = await context.cookies(gatehouse.origin);
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({
      name: 'better-auth.session_token',
      httpOnly: true,
      sameSite: 'Lax',
      secure: false,
      path: '/',
    });
    expect(await page.evaluate('document.cookie')).toBe('');

    await page.reload();
    await shows(page, 'Ada <ada@example.com>');
    expect(await press(page, 'Rename', { name: 'Ada King' })).toBe('Done');
    await shows(page, 'Ada King <ada@example.com>');
    await page.screenshot({ path: `${SCREENSHOTS}/signed-in.png` });

    expect(await press(page, 'Sign out')).toBe('Done');
    await shows(page, 'Nobody is signed in');
    expect(await context.cookies(gatehouse.origin)).toEqual([]);

    expect(await press(page, 'Sign in', { email: ADA.email, password: 'wrong password' })).toBe(
      '401 INVALID_EMAIL_OR_PASSWORD Invalid email or password',
    );
    await page.screenshot({ path: `${SCREENSHOTS}/wrong-password.png` });
    expect(await press(page, 'Sign in', ADA)).toBe('Done');
    await shows(page, 'Ada King <ada@example.com>');

    expect(await press(page, 'Forgot password', { email: ADA.email })).toBe('Done');
    await page.goto((await mailTo(gatehouse, ADA.email)).url.href);
    expect(new URL(page.url()).origin).toBe(origin);
    expect(new URL(page.url()).searchParams.get('token')).toMatch(/^\w{24}$/);
    expect(await press(page, 'Reset password', { password: 'another horse battery' })).toBe('Done');
    expect(await press(page, 'Sign in', ADA)).toBe('401 INVALID_EMAIL_OR_PASSWORD Invalid email or password');
    expect(await press(page, 'Sign in', { ...ADA, password: 'another horse battery' })).toBe('Done');
    await shows(page, 'Ada King <ada@example.com>');

    expect(faults).toEqual([]);
    expect(preflights.length).toBeGreaterThan(0);
    expect(new Set(preflights.map(({ status }) => status))).toEqual(new Set([204]));
    expect(preflights.map(({ url }) => new URL(url).pathname)).toEqual(
      expect.arrayContaining(['/api/auth/sign-up/email', '/api/auth/sign-in/email', '/api/auth/update-user']),
    );
  });
});

test('a trusted page can read the token headers, a 429 and its retry time', async () => {
  await onPage('localhost', { RATE_LIMIT_ENABLED: 'true' }, async ({ page, gatehouse }) => {
    const seen = (await page.evaluate(
      async ({ api, ada }) => {
        const send = async (path: string, body: object) => {
          const answer = await fetch(`${api}/api/auth${path}`, {
            method: 'POST',
            credentials: 'include',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          });
          return [answer.status, [...answer.headers.keys()].filter((name) => /^(set-auth-|x-re)/.test(name))];
        };
        const answers = [await send('/sign-up/email', ada)];
        for (let attempt = 0; attempt < 4; attempt += 1) {
          answers.push(await send('/sign-in/email', { ...ada, password: 'wrong password' }));
        }
        return answers;
      },
      { api: gatehouse.origin, ada: ADA },
    )) as [number, string[]][];
    expect(seen.map(([status]) => status)).toEqual([200, 401, 401, 401, 429]);
    expect(seen[0]?.[1]).toEqual(['set-auth-token', 'x-request-id']);
    expect(seen[4]?.[1]).toEqual(['x-request-id', 'x-retry-after']);
  });
});

test('an untrusted page can read nothing and change nothing', async () => {
  await onPage(
    'localhost',
    { BETTER_AUTH_TRUSTED_ORIGINS: 'https://app.example.com' },
    async ({ page, gatehouse }) => {
      await page.fill('[name=name]', 'Eve');
      const failed = await page.evaluate(
        async ({ api, ada }) => {
          const attempt = (method: string, type: string, path: string) =>
            fetch(`${api}/api/auth${path}`, {
              method,
              credentials: 'include',
              ...(method === 'POST' ? { headers: { 'content-type': type }, body: JSON.stringify(ada) } : {}),
            }).then(
              () => 'read',
              () => 'refused',
            );
          return [
            await attempt('GET', '', '/get-session'),
            await attempt('POST', 'application/json', '/sign-up/email'),
            await attempt('POST', 'text/plain', '/sign-up/email'),
          ];
        },
        { api: gatehouse.origin, ada: ADA },
      );
      expect(failed).toEqual(['refused', 'refused', 'refused']);
      expect(await gatehouse.database.query('select id from users')).toEqual([]);
    },
  );
});

describe('on another site', () => {
  test('the browser does not send a SameSite=Lax cookie', async () => {
    const run = async ({ page }: Visit) => {
      await shows(page, 'Nobody is signed in');
      expect(await press(page, 'Sign up', ADA)).toBe('Done');
      await page.reload();
      await shows(page, 'Nobody is signed in');
    };
    await onPage('127.0.0.1', {}, run, launchTolerantBrowser);
  });

  test('sessions work with SameSite=None, Secure, and a browser that accepts third-party cookies', async () => {
    const attributes = { ADVANCED_DEFAULT_COOKIE_ATTRIBUTES: '{"sameSite":"none","secure":true}' };
    const run = async ({ page, context, gatehouse }: Visit) => {
      expect(await press(page, 'Sign up', ADA)).toBe('Done');
      await shows(page, 'Ada <ada@example.com>');
      expect(await context.cookies(gatehouse.origin)).toMatchObject([{ sameSite: 'None', secure: true }]);
      await page.reload();
      await shows(page, 'Ada <ada@example.com>');
      expect(await press(page, 'Sign out')).toBe('Done');
      await shows(page, 'Nobody is signed in');
      expect(await press(page, 'Sign in', ADA)).toBe('Done');
      await shows(page, 'Ada <ada@example.com>');
    };
    await onPage('127.0.0.1', attributes, run, launchTolerantBrowser);
  });
});
