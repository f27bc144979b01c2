import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { mailTo } from '../../setup/mails.js';
import { aMember, aStranger } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({ BETTER_AUTH_TRUSTED_ORIGINS: 'https://app.example.com' });
});

afterAll(() => gatehouse.stop());

async function aToken(): Promise<string> {
  const { client, email } = await aMember(gatehouse);
  await client.post('/api/auth/request-password-reset', { email });
  return (await mailTo(gatehouse, email)).token;
}

const follow = (token: string, callbackURL: string) =>
  aStranger(gatehouse).get(
    `/api/auth/reset-password/${token}?callbackURL=${encodeURIComponent(callbackURL)}`,
  );

test('redirects to the page with the token, any number of times', async () => {
  const token = await aToken();
  for (const [target, location] of [
    ['/new?a=1#top', `${gatehouse.origin}/new?a=1&token=${token}#top`],
    ['https://app.example.com/new', `https://app.example.com/new?token=${token}`],
  ] as const) {
    const answer = await follow(token, target);
    expect([answer.status, answer.headers.location, answer.text]).toEqual([302, location, '']);
  }
});

test('redirects to the page with an error if the token is unknown or has expired', async () => {
  const token = await aToken();
  await gatehouse.database.query(`update verifications set expires_at = now() - interval '1 second'`);
  for (const stale of [token, 'unknown', '%00']) {
    expect((await follow(stale, '/new')).headers.location).toBe(
      `${gatehouse.origin}/new?error=INVALID_TOKEN`,
    );
  }
});

test.each(['https://evil.example', '//evil.example', '/\\evil.example', '/%5cevil.example', 'evil.example'])(
  'never sends the token to %j',
  async (target) => {
    const answer = await follow(await aToken(), target);
    expect([answer.status, answer.json(), answer.headers.location]).toEqual([
      403,
      { message: 'Invalid callbackURL', code: 'INVALID_CALLBACK_URL' },
      undefined,
    ]);
  },
);

test('answers 400 if callbackURL is missing or given twice', async () => {
  const path = '/api/auth/reset-password/x';
  expect((await aStranger(gatehouse).get(path)).json()).toEqual({
    message: '[query.callbackURL] Invalid input: expected string, received undefined',
    code: 'VALIDATION_ERROR',
  });
  expect((await aStranger(gatehouse).get(`${path}?callbackURL=/a&callbackURL=/b`)).json()).toMatchObject({
    message: '[query.callbackURL] Invalid input: expected string, received array',
  });
});
