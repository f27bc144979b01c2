import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, aPerson, aStranger } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    BETTER_AUTH_TRUSTED_ORIGINS: '*.wild.example.com,https://*.*.example.org',
  });
});

afterAll(() => gatehouse.stop());

/** Each leads away from this server, or runs code, once somebody has resolved or decoded it. */
const HOSTILE = [
  '/..//evil.example',
  '/.//evil.example',
  '/a/../..//evil.example/x',
  '/%2e%2e//evil.example',
  '//evil.example',
  '/\\evil.example',
  'javascript://a.wild.example.com/%0aalert(1)',
  'data://a.wild.example.com/,x',
  `https://a.wild.example.com/${'x'.repeat(2048)}`,
];

test.each(HOSTILE)('no mailed link redirects to %s', async (target) => {
  for (const path of ['verify-email?token=x', 'reset-password/x?', 'delete-user/callback?token=x']) {
    const { client } = await aMember(gatehouse);
    const answer = await client.get(`/api/auth/${path}&callbackURL=${encodeURIComponent(target)}`);
    // A target that is too long breaks the rules of the query first.
    const refused = target.length > 2048 ? 400 : 403;
    expect([path, answer.status, answer.headers.location]).toEqual([path, refused, undefined]);
  }
});

test.each(HOSTILE)('no route takes %s as a target', async (target) => {
  const { client } = await aMember(gatehouse);
  const person = aPerson();
  const requests: [string, Record<string, unknown>][] = [
    ['sign-up/email', { ...person, callbackURL: target }],
    ['sign-in/email', { ...person, callbackURL: target }],
    ['sign-in/social', { provider: 'google', callbackURL: target }],
    ['sign-in/social', { provider: 'google', errorCallbackURL: target }],
    ['sign-in/social', { provider: 'google', newUserCallbackURL: target }],
    ['link-social', { provider: 'google', callbackURL: target }],
    ['request-password-reset', { email: person.email, redirectTo: target }],
    ['send-verification-email', { email: person.email, callbackURL: target }],
    ['change-email', { newEmail: person.email, callbackURL: target }],
    ['delete-user', { callbackURL: target }],
    ['sign-out', { callbackURL: target }],
  ];
  for (const [path, body] of requests) {
    const answer = await client.post(`/api/auth/${path}`, body);
    expect([path, answer.status]).toEqual([path, 403]);
  }
});

test('a redirect goes where the checked target leads, with the error added', async () => {
  for (const [target, location] of [
    ['/a/../b', '/b?error=INVALID_TOKEN'],
    ['/a/./b?x=%41#top', '/a/b?x=%41&error=INVALID_TOKEN#top'],
    ['https://A.wild.example.com/a/../b?c', 'https://a.wild.example.com/b?c&error=INVALID_TOKEN'],
  ] as const) {
    const answer = await aStranger(gatehouse).get(
      `/api/auth/verify-email?token=x&callbackURL=${encodeURIComponent(target)}`,
    );
    expect(answer.headers.location).toBe(location);
  }
});

test('an origin or a target as long as a request allows is checked at once', async () => {
  const begun = Date.now();
  const origin = `https://${'a.'.repeat(7000)}x`;
  expect((await aStranger(gatehouse).post('/api/auth/sign-out', {}, { origin, cookie: 'a=b' })).status).toBe(
    403,
  );
  const callbackURL = `https://${'a.'.repeat(100_000)}x`;
  const answer = await aStranger(gatehouse).post('/api/auth/sign-up/email', { ...aPerson(), callbackURL });
  expect(answer.status).toBe(403);
  // A pattern with two wildcards took minutes for the longer one.
  expect(Date.now() - begun).toBeLessThan(20_000);
});
