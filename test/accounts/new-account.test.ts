import type { Answer } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailTo, mailsTo } from '../setup/mails.js';
import { aPerson, aStranger, type UserAnswer } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    EMAIL_AND_PASSWORD_REQUIRE_EMAIL_VERIFICATION: 'true',
    EMAIL_VERIFICATION_SEND_ON_SIGN_IN: 'true',
  });
});

afterAll(() => gatehouse.stop());

const post = (path: string, body: object) => aStranger(gatehouse).post(`/api/auth/${path}`, body);
const outcome = (answer: Answer) => [answer.status, answer.json<{ code: string }>().code];

test.each([
  ['sign-up/email', 'sign-in/email', 'token'],
  ['register', 'login', 'accessToken'],
])('%s and %s give no session before the e-mail is verified', async (signUp, signIn, token) => {
  const person = aPerson();
  const signedUp = await post(signUp, person);
  expect([signedUp.status, signedUp.setCookies]).toEqual([200, []]);
  expect(signedUp.json()).toMatchObject({ [token]: null, user: { emailVerified: false } });
  expect(outcome(await post(signIn, person))).toEqual([403, 'EMAIL_NOT_VERIFIED']);
  expect(outcome(await post(signIn, { ...person, password: 'wrong' }))).toEqual([
    401,
    'INVALID_EMAIL_OR_PASSWORD',
  ]);
  const mail = await mailTo(gatehouse, person.email, 2);
  expect(mailsTo(gatehouse, person.email)).toHaveLength(2);
  expect((await aStranger(gatehouse).get(mail.path)).status).toBe(302);
  expect((await post(signIn, person)).json()).toMatchObject({ [token]: expect.any(String) as string });
});

test.each(['sign-up/email', 'register'])(
  '%s answers the same for a taken e-mail, and sends no mail',
  async (path) => {
    const person = aPerson();
    const first = (await post(path, person)).json<{ user: UserAnswer }>();
    const again = (await post(path, { ...person, name: 'Eve' })).json<{ user: UserAnswer }>();
    expect(Object.keys(again)).toEqual(Object.keys(first));
    expect(Object.keys(again.user)).toEqual(Object.keys(first.user));
    expect(again.user).toMatchObject({ name: 'Eve', email: person.email, emailVerified: false });
    expect(again.user.id).not.toBe(first.user.id);
    expect(mailsTo(gatehouse, person.email)).toHaveLength(1);
  },
);

test('the mailed link has the callbackURL of the sign-up', async () => {
  const person = aPerson();
  await post('sign-up/email', { ...person, callbackURL: '/welcome?x=1' });
  const { url, kind } = await mailTo(gatehouse, person.email);
  expect([kind, url.searchParams.get('callbackURL')]).toEqual(['verify-email', '/welcome?x=1']);
});

test('10 simultaneous sign-ups with one e-mail create 1 user', async () => {
  const person = aPerson();
  const answers = await Promise.all(Array.from({ length: 10 }, () => post('sign-up/email', person)));
  expect(answers.every(({ status }) => status === 200 || status === 422)).toBe(true);
  const rows = await gatehouse.database.query('select 1 from users where email = $1', [person.email]);
  expect(rows).toHaveLength(1);
});
