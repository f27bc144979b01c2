import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { mailTo, mailsTo } from '../../setup/mails.js';
import { aMember, aStranger } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const path = '/api/auth/send-verification-email';

async function timed(email: string) {
  const start = performance.now();
  const answer = await aStranger(gatehouse).post(path, { email });
  return { text: answer.text, milliseconds: performance.now() - start };
}

test('without a session, answers the same for every e-mail, after at least 500 ms', async () => {
  const [unverified, verified] = [await aMember(gatehouse), await aMember(gatehouse)];
  await gatehouse.database.query('update users set is_email_verified = true where id = $1', [verified.id]);
  for (const email of [unverified.email, verified.email, 'nobody@example.com']) {
    const { text, milliseconds } = await timed(email);
    expect(text).toBe('{"status":true}');
    // A timer may fire a millisecond early.
    expect(milliseconds).toBeGreaterThan(498);
  }
  expect((await mailTo(gatehouse, unverified.email)).kind).toBe('verify-email');
  expect(mailsTo(gatehouse, verified.email)).toEqual([]);
});

test('with a session, mails only the user’s own e-mail, and only until it is verified', async () => {
  const ada = await aMember(gatehouse);
  const mismatch = await ada.client.post(path, { email: 'other@example.com' });
  expect(mismatch.json()).toMatchObject({ code: 'EMAIL_MISMATCH' });
  await ada.client.post(path, { email: ada.email, callbackURL: '/welcome' });
  const mail = await mailTo(gatehouse, ada.email);
  expect(mail.url.searchParams.get('callbackURL')).toBe('/welcome');
  await ada.client.get(mail.path);
  const again = await ada.client.post(path, { email: ada.email });
  expect(again.json()).toMatchObject({ code: 'EMAIL_ALREADY_VERIFIED' });
});

test('puts only the checked callbackURL into the link', async () => {
  const ada = await aMember(gatehouse);
  await ada.client.post(`${path}?callbackURL=https://evil.example`, { email: ada.email, callbackURL: '/ok' });
  expect((await mailTo(gatehouse, ada.email)).url.searchParams.get('callbackURL')).toBe('/ok');
  const answer = await ada.client.post(`${path}?callbackURL=https://evil.example`, { email: ada.email });
  expect(answer.json()).toMatchObject({ code: 'INVALID_CALLBACK_URL' });
});
