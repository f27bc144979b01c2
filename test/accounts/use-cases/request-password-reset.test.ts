import { freePort } from '../../../src/local/free-port.js';
import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aLegacyUser } from '../../setup/legacy-users.js';
import { mailTo, mailsTo } from '../../setup/mails.js';
import { aMember, aStranger } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const request = (email: string, redirectTo?: string, headers = {}) =>
  aStranger(gatehouse).post('/api/auth/request-password-reset', { email, redirectTo }, headers);

test('mails a link with a token of 24 characters that is stored for an hour', async () => {
  const { email, id } = await aMember(gatehouse);
  await request(email, '/new?x=1');
  const mail = await mailTo(gatehouse, email);
  expect(mail).toMatchObject({ kind: 'reset-password', token: expect.stringMatching(/^[A-Za-z0-9]{24}$/) });
  expect(mail.url.href).toBe(
    `${gatehouse.origin}/api/auth/reset-password/${mail.token}?callbackURL=%2Fnew%3Fx%3D1`,
  );
  const rows = await gatehouse.database.query(
    `select value, expires_at - created_at = interval '1 hour' as hour from verifications where identifier = $1`,
    [`reset-password:${mail.token}`],
  );
  expect(rows).toEqual([{ value: id, hour: true }]);
});

test('answers the same for an unknown e-mail, and sends no mail', async () => {
  const { email } = await aMember(gatehouse);
  expect((await request('nobody@example.com')).text).toBe((await request(email)).text);
  expect(mailsTo(gatehouse, 'nobody@example.com')).toEqual([]);
});

test.each(['https://evil.example', '//evil.example', '/\\evil.example', '/%2fevil.example', 'evil.example'])(
  'refuses the redirectTo %j, and sends no mail',
  async (target) => {
    const { email } = await aMember(gatehouse);
    const answer = await request(email, target);
    expect([answer.status, answer.json()]).toMatchObject([403, { code: 'INVALID_REDIRECT_URL' }]);
    expect(mailsTo(gatehouse, email)).toEqual([]);
  },
);

test('a forged Host header does not change the link', async () => {
  const { email } = await aMember(gatehouse);
  await request(email, '/', { host: 'evil.example', 'x-forwarded-host': 'evil.example' });
  expect((await mailTo(gatehouse, email)).url.origin).toBe(gatehouse.origin);
});

test('two legacy users whose e-mails differ only in case each get their own mail', async () => {
  const { database } = gatehouse;
  const lower = await aLegacyUser(database, { email: 'legacy@example.com', hash: null });
  const upper = await aLegacyUser(database, { email: 'Legacy@Example.com', hash: null });
  for (const user of [lower, upper]) {
    await request(user.email);
    const { token } = await mailTo(gatehouse, user.email);
    const query = 'select value from verifications where identifier = $1';
    expect(await database.query(query, [`reset-password:${token}`])).toEqual([{ value: user.id }]);
  }
});

test('is not enabled in production without a mail server', async () => {
  const production = await startGatehouse({
    NODE_ENV: 'production',
    BETTER_AUTH_URL: gatehouse.origin,
    ADVANCED_USE_SECURE_COOKIES: 'false',
  });
  const ask = (path: string, body: object) => aStranger(production).post(`/api/auth/${path}`, body);
  try {
    const reset = await ask('request-password-reset', { email: 'ada@example.com' });
    const verification = await ask('send-verification-email', { email: 'ada@example.com' });
    expect([reset.status, reset.json()]).toEqual([
      400,
      { message: "Reset password isn't enabled", code: 'RESET_PASSWORD_DISABLED' },
    ]);
    expect([verification.status, verification.json()]).toEqual([
      400,
      { message: "Verification email isn't enabled", code: 'VERIFICATION_EMAIL_NOT_ENABLED' },
    ]);
  } finally {
    await production.stop();
  }
});

test('if the mail server is down, answers the same and stores the mail in the language of the browser', async () => {
  const waiting = await startGatehouse({ SMTP_URL: `smtp://127.0.0.1:${await freePort()}` });
  try {
    const { email } = await aMember(waiting);
    for (const path of ['request-password-reset', 'send-verification-email']) {
      for (const language of ['de-AT, en;q=0.5', 'es', 'fr']) {
        const answer = await aStranger(waiting).post(
          `/api/auth/${path}`,
          { email },
          { 'accept-language': language },
        );
        expect(answer.status).toBe(200);
      }
    }
    const mails = await waiting.database.query(
      'select kind, locale from gatehouse.mails order by kind, locale',
    );
    expect(mails).toEqual(
      ['reset-password', 'verify-email'].flatMap((kind) =>
        ['de', 'en', 'es'].map((locale) => ({ kind, locale })),
      ),
    );
  } finally {
    await waiting.stop();
  }
});
