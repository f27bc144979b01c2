import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { OWNER } from '../setup/owner.mjs';
import { mailTo } from '../setup/mails.js';
import { aMember, aPerson, aStranger, onAnotherDevice } from '../setup/people.js';

interface EventRow {
  readonly event: string;
  readonly actor: string | null;
  readonly subject: string | null;
  readonly session_id: string | null;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly request_id: string | null;
  readonly reason: string | null;
  readonly db_role: string;
  readonly details: Record<string, unknown>;
}

const path = (route: string) => `/api/auth/${route}`;
let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    USER_DELETE_USER_ENABLED: 'true',
    USER_CHANGE_EMAIL_ENABLED: 'true',
    USER_CHANGE_EMAIL_UPDATE_EMAIL_WITHOUT_VERIFICATION: 'true',
    LOCKOUT_ENABLED: 'true',
    LOCKOUT_AFTER: '2',
  });
});

afterAll(() => gatehouse.stop());

const events = (subject: string) =>
  gatehouse.database.query<EventRow & Record<string, unknown>>(
    'select * from gatehouse.audit_events where subject = $1 order by id',
    [subject],
  );

const namesOf = async (subject: string) =>
  (await events(subject)).map(({ event, reason }) => `${event} ${reason}`);

const sessionOf = async (token: string) => {
  const [row] = await gatehouse.database.query<{ id: string }>('select id from sessions where token = $1', [
    token,
  ]);
  return row?.id;
};

test('a sign-up, a sign-in and a sign-out say who, where, when and why', async () => {
  const ada = await aMember(gatehouse);
  const other = await onAnotherDevice(gatehouse, ada);
  const session = await sessionOf(other.token);
  await other.client.post(path('sign-out'), {});
  expect(await namesOf(ada.id)).toEqual([
    'user.created sign-up/email',
    'account.linked sign-up/email',
    'session.created sign-up/email',
    'session.created sign-in/email',
    'session.ended sign-out',
  ]);
  const rows = await events(ada.id);
  expect(rows.map(({ actor }) => actor)).toEqual(Array.from({ length: 5 }, () => ada.id));
  expect(rows.slice(3).map(({ session_id }) => session_id)).toEqual([session, session]);
  for (const row of rows) {
    expect(row).toMatchObject({ address: '127.0.0.1', db_role: OWNER, request_id: expect.any(String) });
    expect(row.request_id).not.toBe('');
    expect(row.user_agent).not.toBeNull();
  }
});

test('no row has a token or a hash', async () => {
  const ada = await aMember(gatehouse);
  const [account] = await gatehouse.database.query<{ password: string }>(
    'select password from accounts where user_id = $1',
    [ada.id],
  );
  const text = JSON.stringify(await events(ada.id));
  expect(text).not.toContain(ada.token);
  expect(text).not.toContain(account?.password);
  expect(text).not.toContain(ada.password);
});

test('failed sign-ins are recorded, also those of nobody, and a lock too', async () => {
  const ada = await aMember(gatehouse);
  const wrong = { email: ada.email, password: 'wrong horse battery' };
  await aStranger(gatehouse).post(path('sign-in/email'), wrong);
  await aStranger(gatehouse).post(path('sign-in/email'), wrong);
  expect((await namesOf(ada.id)).slice(3)).toEqual([
    'sign_in.failed invalid_email_or_password',
    'account.locked sign-in/email',
    'sign_in.failed invalid_email_or_password',
  ]);
  expect((await events(ada.id))[3]).toMatchObject({ actor: null, details: { method: 'email' } });
  const nobody = 'select 1 from gatehouse.audit_events where event = $1 and subject is null';
  const before = await gatehouse.database.query(nobody, ['sign_in.failed']);
  await aStranger(gatehouse).post(path('sign-in/email'), aPerson());
  const after = await gatehouse.database.query(nobody, ['sign_in.failed']);
  expect(after.length - before.length).toBe(1);
});

test('sessions that are revoked name the session that revoked them', async () => {
  const ada = await aMember(gatehouse);
  const other = await onAnotherDevice(gatehouse, ada);
  const [own, ended] = [await sessionOf(other.token), await sessionOf(ada.token)];
  await other.client.post(path('revoke-session'), { token: ada.token });
  await onAnotherDevice(gatehouse, ada);
  await other.client.post(path('revoke-other-sessions'));
  await other.client.post(path('revoke-sessions'));
  const rows = (await events(ada.id)).filter(({ event }) => event === 'session.ended');
  expect(rows.map(({ reason }) => reason)).toEqual([
    'revoke-session',
    'revoke-other-sessions',
    'revoke-sessions',
  ]);
  expect(rows[0]).toMatchObject({ session_id: ended, actor: ada.id, details: { by: own } });
  expect(rows[2]).toMatchObject({ session_id: own });
});

test('changes of password and e-mail, and the deletion', async () => {
  const ada = await aMember(gatehouse);
  const change = { currentPassword: ada.password, newPassword: 'another horse battery' };
  expect((await ada.client.post(path('change-password'), change)).status).toBe(200);
  await ada.client.post(path('change-password'), { ...change, currentPassword: 'wrong horse' });
  await ada.client.post(path('change-email'), { newEmail: `new-${ada.email}` });
  await ada.client.post(path('delete-user'), { password: change.newPassword });
  expect((await namesOf(ada.id)).slice(3)).toEqual([
    'password.changed change-password',
    'password.wrong change-password',
    'email.changed change-email',
    'account.unlinked delete-user',
    'session.ended delete-user',
    'user.deleted delete-user',
  ]);
  const [changed, , email] = (await events(ada.id)).slice(3);
  expect(changed).toMatchObject({ actor: ada.id, session_id: expect.any(String) });
  expect(email?.details).toEqual({ was: ada.email, is: `new-${ada.email}` });
});

test('a password that was reset by a mailed link', async () => {
  const ada = await aMember(gatehouse);
  await aStranger(gatehouse).post(path('request-password-reset'), { email: ada.email });
  const { token } = await mailTo(gatehouse, ada.email);
  await aStranger(gatehouse).post(path('reset-password'), { token, newPassword: 'a third horse battery' });
  expect((await namesOf(ada.id)).slice(3)).toEqual(['password.changed reset-password']);
});

test('what psql changes is recorded too, with the role', async () => {
  const ada = await aMember(gatehouse);
  await gatehouse.database.query(`update users set banned = true, ban_reason = 'spam' where id = $1`, [
    ada.id,
  ]);
  await gatehouse.database.query('update users set banned = false where id = $1', [ada.id]);
  await gatehouse.database.query('delete from users where id = $1', [ada.id]);
  const rows = (await events(ada.id)).slice(3);
  expect(rows.map(({ event }) => event)).toEqual([
    'user.banned',
    'user.unbanned',
    expect.any(String),
    expect.any(String),
    expect.any(String),
  ]);
  expect(
    rows
      .map(({ event }) => event)
      .toSorted()
      .slice(0, 3),
  ).toEqual(['account.unlinked', 'session.ended', 'user.banned']);
  expect(rows[0]).toMatchObject({ actor: null, request_id: null, db_role: OWNER });
  expect(rows[0]?.details).toMatchObject({ is: { banned: true, reason: 'spam' } });
});

test('a refused change leaves no event', async () => {
  const ada = await aMember(gatehouse);
  const before = await namesOf(ada.id);
  const client = await gatehouse.database.pool.connect();
  await client.query('begin');
  await client.query('delete from sessions where user_id = $1', [ada.id]);
  await client.query('rollback');
  client.release();
  expect(await namesOf(ada.id)).toEqual(before);
});

test('rows are never changed, deleted or truncated, not even by their owner', async () => {
  await aMember(gatehouse);
  for (const statement of [
    `update gatehouse.audit_events set actor = 'eve'`,
    'delete from gatehouse.audit_events',
    'truncate gatehouse.audit_events',
  ])
    await expect(gatehouse.database.query(statement)).rejects.toThrow(/never changed or deleted/);
  const [{ name } = { name: '' }] = await gatehouse.database.query<{ name: string }>(
    'select tableoid::regclass::text as name from gatehouse.audit_events limit 1',
  );
  expect(name).toMatch(/^gatehouse\.audit_events_\d{4}_\d\d$/);
  await expect(gatehouse.database.query(`truncate ${name}`)).rejects.toThrow(/never changed or deleted/);
});

test('AUDIT=off records nothing that the server does', async () => {
  const silent = await startGatehouse({ AUDIT: 'off' });
  const ada = await aMember(silent);
  await new BrowserLikeClient(silent.origin).post(path('sign-in/email'), { ...ada, password: 'wrong one' });
  await ada.client.post(path('sign-out'), {});
  expect(
    await silent.database.query(
      `select event from gatehouse.audit_events where event not like 'migration.%'`,
    ),
  ).toEqual([]);
  await silent.stop();
});
