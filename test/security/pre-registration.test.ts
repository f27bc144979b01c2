import { signEmailToken } from '../../src/crypto/email-token.js';
import { startSocialServer, type SocialServer } from '../social/social-server.js';
import { Visitor } from '../social/visitor.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailsTo, mailTo } from '../setup/mails.js';
import { aMember, aPerson, aStranger, onAnotherDevice, type Member, type Person } from '../setup/people.js';

/** Signing up with the address of a victim is possible in all of these tests. `victim` is the owner of the address. */
let strict: SocialServer;
/** Signing up starts no session. */
let mustVerify: Gatehouse;

beforeAll(async () => {
  [strict, mustVerify] = await Promise.all([
    startSocialServer({
      SECURITY_PROFILE: 'strict',
      EMAIL_VERIFICATION_SEND_ON_SIGN_UP: 'true',
      USER_CHANGE_EMAIL_ENABLED: 'true',
      USER_CHANGE_EMAIL_UPDATE_EMAIL_WITHOUT_VERIFICATION: 'false',
      ACCOUNT_ACCOUNT_LINKING_REQUIRE_LOCAL_EMAIL_VERIFIED: 'false',
      ACCOUNT_ACCOUNT_LINKING_ALLOW_DIFFERENT_EMAILS: 'true',
    }),
    startGatehouse({ SECURITY_PROFILE: 'strict', EMAIL_AND_PASSWORD_REQUIRE_EMAIL_VERIFICATION: 'true' }),
  ]);
});

afterAll(async () => {
  await Promise.all([strict.stop(), mustVerify.stop()]);
});

const signsIn = async (gatehouse: Gatehouse, { email, password }: Person) =>
  (await aStranger(gatehouse).post('/api/auth/sign-in/email', { email, password })).status;

const isSignedIn = async ({ client }: Pick<Member, 'client'>) =>
  (await client.get('/api/auth/get-session')).text !== 'null';

interface Account {
  readonly provider_id: string;
}

const providersOf = async ({ database }: Gatehouse, id: string) =>
  (
    await database.query<Account>(
      `select provider_id from accounts where user_id = $1 and provider_id <> 'credential'`,
      [id],
    )
  ).map((account) => account.provider_id);

async function isVerified({ database }: Gatehouse, email: string): Promise<boolean | undefined> {
  const [user] = await database.query<{ is_email_verified: boolean }>(
    'select is_email_verified from users where email = $1',
    [email],
  );
  return user?.is_email_verified;
}

/** Signs up with the victim's address, and links an account at a provider. */
async function anAttacker(): Promise<Member> {
  const { gatehouse, provider } = strict;
  const attacker = await aMember(gatehouse);
  const sub = `attacker of ${attacker.id}`;
  provider.people.set(sub, { sub, name: 'Eve', email: `eve-${attacker.email}`, email_verified: true });
  const visitor = new Visitor(gatehouse, attacker.client);
  await visitor.comeBack(await visitor.beginLinking('gitlab', sub));
  expect(await providersOf(gatehouse, attacker.id)).toEqual(['gitlab']);
  return attacker;
}

/** The links that the owner of the address gets and opens in a browser of their own. */
const PROOFS: readonly [string, (attacker: Member) => Promise<unknown>][] = [
  [
    'opens the verification link that the sign-up mailed',
    async ({ email }) => aStranger(strict.gatehouse).get((await mailTo(strict.gatehouse, email)).path),
  ],
  [
    'opens a verification link that somebody asked for later',
    async ({ email }) => {
      await aStranger(strict.gatehouse).post('/api/auth/send-verification-email', { email });
      return aStranger(strict.gatehouse).get((await mailTo(strict.gatehouse, email, 2)).path);
    },
  ],
  [
    'resets the password',
    async ({ email }) => {
      await aStranger(strict.gatehouse).post('/api/auth/request-password-reset', { email });
      const { token } = await mailTo(strict.gatehouse, email, 2);
      const body = { token, newPassword: 'the password of the owner' };
      const answer = await aStranger(strict.gatehouse).post('/api/auth/reset-password', body);
      expect(answer.status).toBe(200);
    },
  ],
  [
    'signs in at a provider that has verified the address',
    async ({ id, email }) => {
      const sub = `owner of ${id}`;
      strict.provider.people.set(sub, { sub, name: 'Ada', email, email_verified: true });
      return new Visitor(strict.gatehouse).signIn('acme', sub);
    },
  ],
];

describe('when the owner of an address with which somebody else signed up', () => {
  test.each(PROOFS)(
    '%s, the password, sessions and linked accounts of the other are gone',
    async (_, prove) => {
      const attacker = await anAttacker();
      const elsewhere = await onAnotherDevice(strict.gatehouse, attacker);
      await prove(attacker);
      expect(await signsIn(strict.gatehouse, attacker)).toBe(401);
      expect([await isSignedIn(attacker), await isSignedIn(elsewhere)]).toEqual([false, false]);
      expect(await providersOf(strict.gatehouse, attacker.id)).not.toContain('gitlab');
    },
  );

  test.each(PROOFS)('%s, a change of the e-mail that was under way is refused', async (_, prove) => {
    const attacker = await anAttacker();
    const newEmail = `eve-${attacker.email}`;
    await attacker.client.post('/api/auth/change-email', { newEmail });
    const { path } = await mailTo(strict.gatehouse, newEmail);
    await prove(attacker);
    const answer = await aStranger(strict.gatehouse).get(path);
    expect(answer.headers.location).toContain('error=INVALID_TOKEN');
    expect(await isVerified(strict.gatehouse, newEmail)).toBeUndefined();
  });

  test('resets the password, a token that went to an earlier address is refused', async () => {
    const { gatehouse } = strict;
    const attacker = await anAttacker();
    await aStranger(gatehouse).post('/api/auth/request-password-reset', { email: attacker.email });
    const early = await mailTo(gatehouse, attacker.email, 2);
    const victim = `victim-${attacker.email}`;
    await gatehouse.database.query('update users set email = $2 where id = $1', [attacker.id, victim]);
    await aStranger(gatehouse).post('/api/auth/request-password-reset', { email: victim });
    const own = await mailTo(gatehouse, victim);
    const reset = async (token: string) =>
      (await aStranger(gatehouse).post('/api/auth/reset-password', { token, newPassword: 'a new password' }))
        .status;
    expect([await reset(own.token), await reset(early.token)]).toEqual([200, 400]);
  });

  test('opens the verification link, a mail says that the password is gone', async () => {
    const attacker = await anAttacker();
    await aStranger(strict.gatehouse).get((await mailTo(strict.gatehouse, attacker.email)).path);
    await strict.gatehouse.told(`mail password-removed to ${attacker.email}`);
    expect(await isVerified(strict.gatehouse, attacker.email)).toBe(true);
  });

  test('opens the verification link of a sign-up without a session, the password is gone', async () => {
    const attacker = aPerson();
    await new BrowserLikeClient(mustVerify.origin).post('/api/auth/sign-up/email', attacker);
    await aStranger(mustVerify).get((await mailTo(mustVerify, attacker.email)).path);
    expect(await isVerified(mustVerify, attacker.email)).toBe(true);
    expect(await signsIn(mustVerify, attacker)).toBe(401);
  });

  test('opens a link that would move a stranger’s account to the address, nothing happens', async () => {
    const { gatehouse } = strict;
    const attacker = await aMember(gatehouse);
    await gatehouse.database.query('update users set is_email_verified = true where id = $1', [attacker.id]);
    const victim = `victim-${attacker.email}`;
    await attacker.client.post('/api/auth/change-email', { newEmail: victim });
    const { path } = await mailTo(gatehouse, victim);
    const answer = await aStranger(gatehouse).get(path);
    expect(answer.headers.location).toContain('error=INVALID_USER');
    expect(await isVerified(gatehouse, victim)).toBeUndefined();
    // The user who asked for it can still open it.
    await attacker.client.get(path);
    expect(await isVerified(gatehouse, victim)).toBe(true);
  });
});

describe('the user who signed up', () => {
  test('keeps password and sessions after opening the link in the same browser', async () => {
    const ada = await aMember(strict.gatehouse);
    const elsewhere = await onAnotherDevice(strict.gatehouse, ada);
    await ada.client.get((await mailTo(strict.gatehouse, ada.email)).path);
    expect(await isVerified(strict.gatehouse, ada.email)).toBe(true);
    expect(await signsIn(strict.gatehouse, ada)).toBe(200);
    expect([await isSignedIn(ada), await isSignedIn(elsewhere)]).toEqual([true, true]);
  });

  test('keeps them after opening the link on another device where they are signed in', async () => {
    const ada = await aMember(strict.gatehouse);
    const elsewhere = await onAnotherDevice(strict.gatehouse, ada);
    await elsewhere.client.get((await mailTo(strict.gatehouse, ada.email)).path);
    expect([await signsIn(strict.gatehouse, ada), await isSignedIn(ada)]).toEqual([200, true]);
  });

  test('keeps the password after a sign-up without a session, because the browser has a mark', async () => {
    const ada = aPerson();
    const client = new BrowserLikeClient(mustVerify.origin);
    await client.post('/api/auth/sign-up/email', ada);
    await client.get((await mailTo(mustVerify, ada.email)).path);
    expect(await signsIn(mustVerify, ada)).toBe(200);
  });

  test('loses nothing when a link is opened again, or by somebody else later', async () => {
    const ada = await aMember(strict.gatehouse);
    const { path } = await mailTo(strict.gatehouse, ada.email);
    await ada.client.get(path);
    await aStranger(strict.gatehouse).get(path);
    expect([await signsIn(strict.gatehouse, ada), await isSignedIn(ada)]).toEqual([200, true]);
  });

  test('can set a new password if it was removed', async () => {
    const ada = await aMember(strict.gatehouse);
    await aStranger(strict.gatehouse).get((await mailTo(strict.gatehouse, ada.email)).path);
    await aStranger(strict.gatehouse).post('/api/auth/request-password-reset', { email: ada.email });
    const { token } = await mailTo(strict.gatehouse, ada.email, 2);
    const password = 'a new password';
    await aStranger(strict.gatehouse).post('/api/auth/reset-password', { token, newPassword: password });
    expect(await signsIn(strict.gatehouse, { ...ada, password })).toBe(200);
  });

  test('keeps linked accounts when resetting the password of a verified address', async () => {
    const ada = await anAttacker();
    await ada.client.get((await mailTo(strict.gatehouse, ada.email)).path);
    await PROOFS[2]?.[1](ada);
    expect(await providersOf(strict.gatehouse, ada.id)).toEqual(['gitlab']);
    // A password reset ends all sessions under strict.
    expect(await isSignedIn(ada)).toBe(false);
  });
});

describe('the mark of a sign-up', () => {
  test('looks the same for an address that is taken', async () => {
    const ada = aPerson();
    const cookies = [];
    for (let time = 0; time < 2; time += 1) {
      const answer = await aStranger(mustVerify).post('/api/auth/sign-up/email', ada);
      cookies.push(String(answer.headers['set-cookie']).replace(/=[^;]+/, '=…'));
    }
    expect(cookies[0]).toContain('signed_up');
    expect(cookies[1]).toBe(cookies[0]);
  });

  test('of another user does not count', async () => {
    const ada = aPerson();
    await aStranger(mustVerify).post('/api/auth/sign-up/email', ada);
    const client = new BrowserLikeClient(mustVerify.origin);
    await client.post('/api/auth/sign-up/email', aPerson());
    await client.get((await mailTo(mustVerify, ada.email)).path);
    expect(await signsIn(mustVerify, ada)).toBe(401);
  });
});

describe('PREREGISTRATION_PROTECTION', () => {
  /** Whether the password stays after a link that a stranger opened, and accounts after a password reset. */
  async function kept(environment: Record<string, string>) {
    const gatehouse = await startGatehouse(environment);
    const ada = await aMember(gatehouse);
    await aStranger(gatehouse).get(
      `/api/auth/verify-email?token=${signEmailToken({ email: ada.email, userId: ada.id }, SECRET, 60)}`,
    );
    const bob = await aMember(gatehouse);
    await gatehouse.database.query(
      `insert into accounts (id, user_id, provider_id, provider_user_id, created_at, updated_at)
       values ('x', $1, 'gitlab', 'x', now(), now())`,
      [bob.id],
    );
    await aStranger(gatehouse).post('/api/auth/request-password-reset', { email: bob.email });
    const { token } = await mailTo(gatehouse, bob.email);
    await aStranger(gatehouse).post('/api/auth/reset-password', { token, newPassword: 'a new password' });
    const result = {
      password: (await signsIn(gatehouse, ada)) === 200,
      accounts: await providersOf(gatehouse, bob.id),
    };
    expect(mailsTo(gatehouse, bob.email)).toHaveLength(1);
    await gatehouse.stop();
    return result;
  }

  test.each<[string, Record<string, string>, object]>([
    ['is none under compatible', {}, { password: true, accounts: ['gitlab'] }],
    ['is all under strict', { SECURITY_PROFILE: 'strict' }, { password: false, accounts: [] }],
    [
      'without-links covers a reset, but no link',
      { PREREGISTRATION_PROTECTION: 'without-links' },
      { password: true, accounts: [] },
    ],
    [
      'can be switched off under strict',
      { SECURITY_PROFILE: 'strict', PREREGISTRATION_PROTECTION: 'none' },
      { password: true, accounts: ['gitlab'] },
    ],
  ])('%s', async (_, environment, expected) => {
    expect(await kept(environment)).toEqual(expected);
  });
});

test('a sign-in with the earlier password that commits during the proof loses its session', async () => {
  const { gatehouse } = strict;
  const { database } = gatehouse;
  const { id, email } = await aMember(gatehouse);
  const { path } = await mailTo(gatehouse, email);
  const signIn = await database.pool.connect();
  try {
    await signIn.query('begin');
    // What a sign-in locks, in its order.
    await signIn.query('select 1 from accounts where user_id = $1 for share', [id]);
    const opened = aStranger(gatehouse).get(path);
    const blocked = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await database.administer(blocked)).length === 0);
    await signIn.query('select 1 from users where id = $1 for key share', [id]);
    await signIn.query(
      `insert into sessions (id, user_id, token, expires_at) values ('late', $1, 'late', now() + interval '1 day')`,
      [id],
    );
    await signIn.query('commit');
    expect((await opened).status).toBeLessThan(400);
  } finally {
    signIn.release();
  }
  expect(await isVerified(gatehouse, email)).toBe(true);
  expect(await database.query('select token from sessions where user_id = $1', [id])).toEqual([]);
});
