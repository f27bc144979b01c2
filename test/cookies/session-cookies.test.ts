import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { decodeCookieValue } from '../../src/cookies/decode-cookie-value.js';
import {
  cookieName,
  dontRememberCookie,
  expiredCookies,
  type SessionCookieSettings,
  sessionTokenCookie,
} from '../../src/cookies/session-cookies.js';
import { openSignedValue } from '../../src/cookies/signed-value.js';

const secret = 'better-auth-secret-that-is-long-enough-for-validation-test';
const plain: SessionCookieSettings = { prefix: 'better-auth', secure: false, expiresIn: 604_800 };

describe.each([
  ['plain', plain, {}],
  ['secure', { ...plain, secure: true }, { useSecureCookies: true }],
  ['with another prefix', { ...plain, prefix: 'shop' }, { cookiePrefix: 'shop' }],
  [
    'with other attributes',
    { ...plain, attributes: { domain: 'example.com', path: '/app', sameSite: 'none' } },
    { defaultCookieAttributes: { domain: 'example.com', path: '/app', sameSite: 'none' } },
  ],
] satisfies [string, SessionCookieSettings, BetterAuthOptions['advanced']][])(
  'the cookies of Better Auth and Gatehouse, %s',
  (_, settings, advanced) => {
    const origin = 'http://localhost:3000';
    const auth = betterAuth({
      baseURL: origin,
      secret,
      advanced: { ...advanced, disableCSRFCheck: true },
      database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
      emailAndPassword: { enabled: true },
      rateLimit: { enabled: false },
      logger: { disabled: true },
      telemetry: { enabled: false },
    });
    const post = async (path: string, body: object, cookie = ''): Promise<string[]> => {
      const headers = { 'content-type': 'application/json', origin, cookie };
      const request = new Request(`${origin}/api/auth${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      const response = await auth.handler(request);
      expect(response.status).toBe(200);
      return response.headers.getSetCookie();
    };
    const user = { email: 'a@example.com', password: 'password123' };
    const tokenOf = (line = ''): string => {
      const raw = /^[^=]+=([^;]*)/.exec(line)?.[1] ?? '';
      return openSignedValue(raw, [secret])?.value ?? '';
    };

    it('are the same for sign-up, sign-in and sign-out', async () => {
      const signUp = await post('/sign-up/email', { ...user, name: 'A' });
      expect(tokenOf(signUp[0])).toMatch(/^[a-zA-Z0-9]{32}$/);
      expect(signUp).toEqual([sessionTokenCookie(settings, tokenOf(signUp[0]), secret, { remember: true })]);

      const signIn = await post('/sign-in/email', user);
      expect(signIn).toEqual([sessionTokenCookie(settings, tokenOf(signIn[0]), secret, { remember: true })]);

      const notRemembered = await post('/sign-in/email', { ...user, rememberMe: false });
      expect(notRemembered).toEqual([
        sessionTokenCookie(settings, tokenOf(notRemembered[0]), secret, { remember: false }),
        dontRememberCookie(settings, secret),
      ]);

      const session = notRemembered.map((line) => line.split(';')[0]).join('; ');
      expect(await post('/sign-out', {}, session)).toEqual(expiredCookies(settings, new Map()));
    });

    it('are deleted with the same lines, chunks of the cache included', async () => {
      const cache = cookieName(settings, 'session_data');
      const names = [
        `${cache}.1`,
        'unrelated',
        cache,
        `${cache}.0`,
        `${cache}-old`,
        `${cache}.01`,
        `${cache}.x`,
        `${cache}.`,
        cookieName(settings, 'dont_remember'),
      ];
      const cookie = names.map((name) => `${name}=x`).join('; ');
      const deleted = await post('/sign-out', {}, cookie);
      expect(deleted).toEqual(expiredCookies(settings, new Map(names.map((name) => [name, 'x']))));
      expect(deleted).toHaveLength(6);
    });
  },
);

describe('session cookies', () => {
  it('have the form of src/cookies/protocol.md and src/crypto/protocol.md, "Test vectors"', () => {
    expect(sessionTokenCookie(plain, 'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647', secret, { remember: true })).toBe(
      'better-auth.session_token=R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647.jT0He1be%2B3cTiaWXbUlSWXapu%2BbBx5o2X8XVnHjJJQc%3D; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax',
    );
    expect(dontRememberCookie({ ...plain, secure: true }, secret)).toBe(
      '__Secure-better-auth.dont_remember=true.%2BGWyWZdVZ8PROUXIWVoibVIpYog8HtVyZuwoJ6tqQyA%3D; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
    expect(expiredCookies(plain, new Map())).toEqual([
      'better-auth.session_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
      'better-auth.session_data=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
      'better-auth.dont_remember=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ]);
  });

  it('are deleted even if the request has cookie names that no answer may contain', () => {
    const names = ['better-auth.session_data.é', 'better-auth.session_data.1"', '', '__proto__'];
    expect(expiredCookies(plain, new Map(names.map((name) => [name, 'x'])))).toHaveLength(3);
  });

  it('contain a signed token that can be opened again', () => {
    const line = sessionTokenCookie(plain, 'token', secret, { remember: false });
    const raw = /=([^;]*);/.exec(line)?.[1] ?? '';
    expect(openSignedValue(decodeCookieValue(raw), [secret])?.value).toBe('token');
  });
});
