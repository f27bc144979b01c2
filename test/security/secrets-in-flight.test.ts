import { signEmailToken } from '../../src/crypto/email-token.js';
import { hashPassword } from '../../src/crypto/password/password-hasher.js';
import type { Answer } from '../setup/browser-like-client.js';
import { SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { meetingAtLock } from '../setup/locks.js';
import { mailTo } from '../setup/mails.js';
import { metric } from '../setup/metrics.js';
import { aMember, aStranger, onAnotherDevice, type Member } from '../setup/people.js';
import { startSocialServer, type SocialServer } from '../social/social-server.js';
import { Visitor } from '../social/visitor.js';

/** A hash of this cost takes about a second, so that another change commits while a request computes it. */
const SLOW = 14;
const NEW = 'another horse battery';

let gatehouse: Gatehouse;
/** Hashes new passwords slowly. */
let slow: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    // On a busy machine the hashes of several sign-ins take longer than the 10 s that a request has by default.
    REQUEST_DEADLINE: '60',
    USER_DELETE_USER_ENABLED: 'true',
    EMAIL_VERIFICATION_AUTO_SIGN_IN_AFTER_VERIFICATION: 'true',
  });
  slow = await startGatehouse(
    { PASSWORD_BCRYPT_COST: String(SLOW), EMAIL_AND_PASSWORD_REVOKE_SESSIONS_ON_PASSWORD_RESET: 'true' },
    gatehouse.database,
  );
});

afterAll(async () => {
  expect(gatehouse.log() + slow.log()).not.toMatch(/"level":"?(error|50)/);
  await slow.stop();
  await gatehouse.stop();
});

const path = (route: string) => `/api/auth/${route}`;
const query = <Row extends object>(text: string, values: unknown[]) =>
  gatehouse.database.query<Row>(text, values);

const store = ({ id }: Member, hash: string) =>
  query('update accounts set password = $2 where user_id = $1', [id, hash]);

const hashOf = (password: string, bcryptCost: number) =>
  hashPassword(password, { hash: 'bcrypt', bcryptCost } as Parameters<typeof hashPassword>[1]);

/** A member whose password takes long to verify. */
async function aSlowMember(): Promise<Member> {
  const member = await aMember(gatehouse);
  await store(member, await hashOf(member.password, SLOW));
  return member;
}

/** Makes the change while the server computes a hash for the request. */
async function duringHash(ask: () => Promise<Answer>, change: () => Promise<unknown>, server = gatehouse) {
  const running = () => metric(server, 'gatehouse_password_hashes_running');
  const answer = ask();
  while ((await running()) === 0);
  await change();
  // Otherwise the test would show nothing.
  expect(await running()).toBe(1);
  return answer;
}

const sessionsOf = ({ id }: Member) =>
  query<{ token: string }>('select token from sessions where user_id = $1', [id]);

/** Changes after which the password that is being verified opens nothing. */
const CHANGES: [string, (member: Member) => Promise<unknown>][] = [
  ['the password is replaced', async (member) => store(member, await hashOf(NEW, 10))],
  ['the password is deleted', ({ id }) => query('delete from accounts where user_id = $1', [id])],
  ['the user is deleted', ({ id }) => query('delete from users where id = $1', [id])],
];

describe.each(['sign-in/email', 'login'])('%s', (route) => {
  const signIn = ({ email, password }: Member) => aStranger(gatehouse).post(path(route), { email, password });

  test.each(CHANGES)('fails if %s while it verifies', async (_, change) => {
    const member = await aSlowMember();
    const before = await sessionsOf(member);
    const answer = await duringHash(
      () => signIn(member),
      () => change(member),
    );
    expect([answer.status, answer.json()]).toMatchObject([401, { code: 'INVALID_EMAIL_OR_PASSWORD' }]);
    expect((await sessionsOf(member)).length).toBeLessThanOrEqual(before.length);
  });

  test('fails if the user is banned while it verifies', async () => {
    const member = await aSlowMember();
    const answer = await duringHash(
      () => signIn(member),
      () => query('update users set banned = true where id = $1', [member.id]),
    );
    expect([answer.status, answer.json()]).toMatchObject([403, { code: 'BANNED_USER' }]);
  });

  test('succeeds if another hash of the same password is stored meanwhile', async () => {
    const member = await aSlowMember();
    const hash = await hashOf(member.password, 10);
    const answer = await duringHash(
      () => signIn(member),
      () => store(member, hash),
    );
    expect(answer.status).toBe(200);
  });
});

test('a sign-in with the old password that commits beside a change of password loses its session', async () => {
  const member = await aMember(gatehouse);
  const body = { currentPassword: member.password, newPassword: NEW, revokeOtherSessions: true };
  const signIns = Array.from({ length: 6 }, () => onAnotherDevice(gatehouse, member).catch(() => undefined));
  const changed = await member.client.post(path('change-password'), body);
  expect(changed.status).toBe(200);
  await Promise.all(signIns);
  expect(await sessionsOf(member)).toEqual([{ token: changed.json<{ token: string }>().token }]);
});

describe('change-password', () => {
  const change = ({ client, password: currentPassword }: Member, more: object = {}) =>
    client.post(path('change-password'), { currentPassword, newPassword: 'a third horse battery', ...more });

  test.each(CHANGES)('fails if %s while it verifies', async (_, meanwhile) => {
    const member = await aSlowMember();
    const answer = await duringHash(
      () => change(member),
      () => meanwhile(member),
    );
    expect([answer.status, answer.json()]).toMatchObject([400, { code: 'INVALID_PASSWORD' }]);
  });

  test.each([{}, { revokeOtherSessions: true }])(
    'fails if the session is revoked while it verifies: %j',
    async (more) => {
      const member = await aSlowMember();
      const [stored] = await query('select password from accounts where user_id = $1', [member.id]);
      const answer = await duringHash(
        () => change(member, more),
        () => query('delete from sessions where token = $1', [member.token]),
      );
      expect([answer.status, answer.json()]).toMatchObject([401, { code: 'UNAUTHORIZED' }]);
      expect(await query('select password from accounts where user_id = $1', [member.id])).toEqual([stored]);
      expect(await sessionsOf(member)).toEqual([]);
    },
  );
});

describe('delete-user', () => {
  const remove = ({ client, password }: Member) => client.post(path('delete-user'), { password });

  test.each(CHANGES)('fails if %s while it verifies', async (_, meanwhile) => {
    const member = await aSlowMember();
    const answer = await duringHash(
      () => remove(member),
      () => meanwhile(member),
    );
    expect([answer.status, answer.json()]).toMatchObject([400, { code: 'INVALID_PASSWORD' }]);
  });

  test('fails if the session is revoked while it verifies', async () => {
    const member = await aSlowMember();
    const answer = await duringHash(
      () => remove(member),
      () => query('delete from sessions where token = $1', [member.token]),
    );
    expect(answer.status).toBe(401);
    expect(await query('select 1 from users where id = $1', [member.id])).toHaveLength(1);
  });
});

describe('reset-password', () => {
  async function resetting(member: Member): Promise<() => Promise<Answer>> {
    await aStranger(gatehouse).post(path('request-password-reset'), { email: member.email });
    const { token } = await mailTo(gatehouse, member.email);
    return () => aStranger(slow).post(path('reset-password'), { token, newPassword: NEW });
  }

  test('fails if the user is deleted while it hashes', async () => {
    const member = await aMember(gatehouse);
    const answer = await duringHash(
      await resetting(member),
      () => query('delete from users where id = $1', [member.id]),
      slow,
    );
    expect([answer.status, answer.json()]).toMatchObject([400, { code: 'USER_NOT_FOUND' }]);
  });

  test('fails if the link is used while it hashes', async () => {
    const member = await aMember(gatehouse);
    const answer = await duringHash(
      await resetting(member),
      () => query('delete from verifications where value = $1', [member.id]),
      slow,
    );
    expect([answer.status, answer.json()]).toMatchObject([400, { code: 'INVALID_TOKEN' }]);
  });
});

describe('verify-email', () => {
  const CASES: [string, string][] = [
    ['gets another e-mail', `update users set email = 'new.' || email where id = $1`],
    ['is deleted', 'delete from users where id = $1'],
  ];

  test.each(CASES)('signs nobody in if the user %s while the link is opened', async (_, statement) => {
    const { id, email } = await aMember(gatehouse);
    const token = signEmailToken({ email, userId: id }, SECRET, 3600);
    const answer = await meetingAtLock(gatehouse.database, { statement, values: [id], waiting: 1 }, () =>
      aStranger(gatehouse).get(path(`verify-email?token=${token}`)),
    );
    expect([answer.status, answer.json()]).toMatchObject([401, { code: 'INVALID_TOKEN' }]);
    expect(answer.setCookies).toEqual([]);
    expect(await query('select 1 from users where id = $1 and is_email_verified', [id])).toEqual([]);
  });
});

describe('sign-in at a provider', () => {
  let server: SocialServer;

  beforeAll(async () => {
    server = await startSocialServer({ ACCOUNT_UPDATE_ACCOUNT_ON_SIGN_IN: 'false' });
  });

  afterAll(() => server.stop());

  test('creates no session for a user who is deleted meanwhile', async () => {
    await new Visitor(server.gatehouse).signIn('acme');
    const { database } = server.gatehouse;
    const [old] = await database.query<{ id: string }>('select id from users');
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('acme');
    const statement = 'delete from users';
    const answer = await meetingAtLock(database, { statement, waiting: 1 }, () => visitor.comeBack(back));
    expect([answer.status, answer.headers.location]).toEqual([302, '/in']);
    // The person is new to the server, as after any deletion.
    const users = await database.query<{ id: string }>('select id from users');
    expect(users).toHaveLength(1);
    expect(users).not.toEqual([old]);
  });
});
