import { signEmailToken } from '../../../src/crypto/email-token.js';
import { SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aLegacyUser } from '../../setup/legacy-users.js';
import { aMember, aPerson, aStranger, type Member } from '../../setup/people.js';

const OLD_SECRET = 'the secret of last year that was rotated out';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    BETTER_AUTH_SECRETS: `2:${SECRET},1:${OLD_SECRET}`,
    EMAIL_VERIFICATION_AUTO_SIGN_IN_AFTER_VERIFICATION: 'true',
  });
});

afterAll(() => gatehouse.stop());

const tokenFor = ({ id, email }: Pick<Member, 'id' | 'email'>, secret = SECRET) =>
  signEmailToken({ email, userId: id }, secret, 3600);

const verify = (token: string, client = aStranger(gatehouse), callbackURL = '') =>
  client.get(`/api/auth/verify-email?token=${token}&callbackURL=${encodeURIComponent(callbackURL)}`);

async function isVerified(id: string): Promise<unknown> {
  const query = 'select is_email_verified as verified from users where id = $1';
  return (await gatehouse.database.query(query, [id]))[0]?.['verified'];
}

test('verifies the address and signs the browser in', async () => {
  const ada = await aMember(gatehouse);
  const browser = aStranger(gatehouse);
  expect((await verify(tokenFor(ada), browser)).text).toBe('{"status":true,"user":null}');
  expect(await isVerified(ada.id)).toBe(true);
  expect((await browser.get('/api/auth/get-session')).json()).toMatchObject({
    user: { id: ada.id, emailVerified: true },
  });
});

test('a second use changes nothing and signs nobody in', async () => {
  const ada = await aMember(gatehouse);
  await verify(tokenFor(ada));
  const again = await verify(tokenFor(ada));
  expect([again.status, again.setCookies]).toEqual([200, []]);
});

test('accepts a link signed with an older listed secret', async () => {
  const ada = await aMember(gatehouse);
  expect((await verify(tokenFor(ada, OLD_SECRET))).status).toBe(200);
  expect(await isVerified(ada.id)).toBe(true);
  const foreign = await verify(tokenFor(ada, 'a secret that was never ours'));
  expect([foreign.status, foreign.json()]).toEqual([
    401,
    { message: 'Invalid token', code: 'INVALID_TOKEN' },
  ]);
});

test('a link to a former address does not verify the next user with that address', async () => {
  const ada = await aMember(gatehouse);
  const token = tokenFor(ada);
  await gatehouse.database.query('update users set email = $2 where id = $1', [ada.id, aPerson().email]);
  const next = await aMember(gatehouse, { email: ada.email });
  const answer = await verify(token, undefined, '/x');
  expect(answer.headers.location).toBe('/x?error=INVALID_TOKEN');
  expect([await isVerified(ada.id), await isVerified(next.id)]).toEqual([false, false]);
});

test('verifies the right one of two legacy users whose e-mails differ only in case', async () => {
  const small = await aLegacyUser(gatehouse.database, { email: 'twin@example.com', hash: null });
  const capital = await aLegacyUser(gatehouse.database, { email: 'Twin@example.com', hash: null });
  expect((await verify(tokenFor(capital))).status).toBe(200);
  expect([await isVerified(capital.id), await isVerified(small.id)]).toEqual([true, false]);
});

test('verifies a banned user but gives them no session', async () => {
  const ada = await aMember(gatehouse);
  await gatehouse.database.query('update users set banned = true where id = $1', [ada.id]);
  await gatehouse.database.query('delete from sessions where user_id = $1', [ada.id]);
  const answer = await verify(tokenFor(ada));
  expect([answer.status, answer.setCookies]).toEqual([200, []]);
  expect(await isVerified(ada.id)).toBe(true);
  expect(await gatehouse.database.query('select 1 from sessions where user_id = $1', [ada.id])).toEqual([]);
});

test.each([
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/%2Fevil.example',
  '/\t/evil.example',
])('refuses the callbackURL %j, with a valid token and with an invalid one', async (target) => {
  const { email, id } = await aMember(gatehouse);
  for (const token of ['bad', tokenFor({ email, id })]) {
    const answer = await verify(token, undefined, target);
    expect([answer.status, answer.headers.location]).toEqual([403, undefined]);
  }
  expect(await isVerified(id)).toBe(false);
});

test('adds the error to the query, before the fragment', async () => {
  const locationOf = async (target: string) => (await verify('bad', undefined, target)).headers.location;
  expect(await locationOf('/a#top')).toBe('/a?error=INVALID_TOKEN#top');
  expect(await locationOf(`${gatehouse.origin}/a?b=1#top`)).toBe(
    `${gatehouse.origin}/a?b=1&error=INVALID_TOKEN#top`,
  );
  // Characters that a header cannot hold must not cause a 500.
  expect(await locationOf(`${gatehouse.origin}/\r\n€`)).toBe(
    `${gatehouse.origin}/%E2%82%AC?error=INVALID_TOKEN`,
  );
});
