import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { mailTo, mailsTo } from '../../setup/mails.js';
import { aMember, aPerson, aStranger, type Member } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    USER_CHANGE_EMAIL_ENABLED: 'true',
    USER_CHANGE_EMAIL_SEND_CHANGE_EMAIL_CONFIRMATION: 'true',
  });
});

afterAll(() => gatehouse.stop());

const change = ({ client }: Member, newEmail: string) => client.post('/api/auth/change-email', { newEmail });

async function aVerifiedMember(): Promise<Member> {
  const ada = await aMember(gatehouse);
  await gatehouse.database.query('update users set is_email_verified = true where id = $1', [ada.id]);
  return ada;
}

async function userOf({ id }: Member) {
  const query = 'select email, is_email_verified as verified from users where id = $1';
  return (await gatehouse.database.query(query, [id]))[0];
}

test('the link to the old address only confirms, and the link to the new address changes the e-mail', async () => {
  const [ada, { email: newEmail }] = [await aVerifiedMember(), aPerson()];
  await change(ada, newEmail);
  const confirmation = await mailTo(gatehouse, ada.email);
  expect(confirmation.kind).toBe('change-email-confirmation');
  await ada.client.get(confirmation.path);
  expect(await userOf(ada)).toEqual({ email: ada.email, verified: true });
  await ada.client.get((await mailTo(gatehouse, newEmail)).path);
  expect(await userOf(ada)).toEqual({ email: newEmail, verified: true });
});

test('the confirmation link mails the new address once, however often it is opened', async () => {
  const [ada, { email: newEmail }] = [await aVerifiedMember(), aPerson()];
  await change(ada, newEmail);
  const { path } = await mailTo(gatehouse, ada.email);
  const answers = await Promise.all(Array.from({ length: 5 }, () => ada.client.get(path)));
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(302));
  await mailTo(gatehouse, newEmail);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(mailsTo(gatehouse, newEmail)).toHaveLength(1);
});

test('the link leaves an unverified user unverified, signs nobody in, and works once', async () => {
  const [ada, { email: newEmail }] = [await aMember(gatehouse), aPerson()];
  await change(ada, newEmail);
  const { token } = await mailTo(gatehouse, newEmail);
  const path = `/api/auth/verify-email?token=${token}`;
  const answer = await aStranger(gatehouse).get(path);
  expect([answer.status, answer.setCookies]).toEqual([200, []]);
  expect(await userOf(ada)).toEqual({ email: newEmail, verified: false });
  expect((await aStranger(gatehouse).get(path)).json()).toMatchObject({ code: 'INVALID_TOKEN' });
});

test('refuses the link in a browser where another user is signed in', async () => {
  const [ada, bob, { email: newEmail }] = [await aMember(gatehouse), await aMember(gatehouse), aPerson()];
  await change(ada, newEmail);
  const { token } = await mailTo(gatehouse, newEmail);
  const answer = await bob.client.get(`/api/auth/verify-email?token=${token}`);
  expect([answer.status, answer.json()]).toEqual([401, { message: 'Invalid user', code: 'INVALID_USER' }]);
  expect(await userOf(ada)).toMatchObject({ email: ada.email });
});

test('answers the same for a taken address, and does not take over an address that was taken since', async () => {
  const [ada, bob, { email: newEmail }] = [await aMember(gatehouse), await aMember(gatehouse), aPerson()];
  expect((await change(ada, bob.email)).text).toBe((await change(ada, newEmail)).text);
  const { token } = await mailTo(gatehouse, newEmail);
  const owner = await aMember(gatehouse, { email: newEmail });
  const answer = await aStranger(gatehouse).get(`/api/auth/verify-email?token=${token}`);
  expect([answer.status, answer.json()]).toMatchObject([401, { code: 'INVALID_TOKEN' }]);
  expect([await userOf(ada), await userOf(owner)]).toMatchObject([{ email: ada.email }, { email: newEmail }]);
  expect(mailsTo(gatehouse, bob.email)).toEqual([]);
});

test('if two users complete a change to the same address, one gets it', async () => {
  const [ada, bob, { email: newEmail }] = [await aMember(gatehouse), await aMember(gatehouse), aPerson()];
  await change(ada, newEmail);
  await change(bob, newEmail);
  await mailTo(gatehouse, newEmail, 2);
  const tokens = mailsTo(gatehouse, newEmail).map(({ token }) => token);
  const answers = await Promise.all(
    tokens.map((token) => aStranger(gatehouse).get(`/api/auth/verify-email?token=${token}`)),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
});
