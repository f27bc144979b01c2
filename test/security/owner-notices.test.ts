import { startMailServer, type MailServer } from '../mail/support.js';
import { startSocialServer, type SocialServer } from '../social/social-server.js';
import { Visitor } from '../social/visitor.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse } from '../setup/gatehouse.js';
import { aMember, aPerson, aStranger, type Member, type Person } from '../setup/people.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const NEWER_FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36';
const HOME = '203.0.113.7';

let mailServer: MailServer;
let server: SocialServer;

beforeAll(async () => {
  mailServer = await startMailServer();
  server = await startSocialServer({
    SMTP_URL: mailServer.url,
    OWNER_NOTICES: 'true',
    USER_CHANGE_EMAIL_ENABLED: 'true',
    USER_CHANGE_EMAIL_UPDATE_EMAIL_WITHOUT_VERIFICATION: 'true',
  });
});

afterAll(async () => {
  await server.stop();
  await mailServer.stop();
});

interface Got {
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const SUBJECTS: Readonly<Record<string, string>> = {
  'Your password was changed': 'password-changed',
  'Your e-mail address was changed': 'email-changed',
  'A new way to sign in was added': 'account-linked',
  'New sign-in to your account': 'new-device',
  'Reset your password': 'reset-password',
};

/** Waits until no mail waits to be sent, and returns those to these addresses. */
async function mailsTo(...addresses: string[]): Promise<Got[]> {
  while ((await server.gatehouse.database.query('select 1 from gatehouse.mails')).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return mailServer.received
    .filter(({ to }) => to.some((address) => addresses.includes(address)))
    .map(({ to, mail: { subject = '', text = '' } }) => ({
      kind: SUBJECTS[subject] ?? subject,
      to: to[0] ?? '',
      subject,
      text,
    }))
    .toSorted((a, b) => a.to.localeCompare(b.to));
}

const kindsTo = async (...addresses: string[]) => (await mailsTo(...addresses)).map(({ kind }) => kind);

/** Signs in with a new client. */
async function signIn({ email, password }: Person, userAgent: string, address = HOME) {
  const client = new BrowserLikeClient(server.gatehouse.origin);
  const headers = { 'user-agent': userAgent, 'x-forwarded-for': address };
  const answer = await client.post('/api/auth/sign-in/email', { email, password }, headers);
  expect(answer.status).toBe(200);
  return client;
}

async function signUp(userAgent = FIREFOX): Promise<Person> {
  const person = aPerson();
  const client = new BrowserLikeClient(server.gatehouse.origin);
  await client.post('/api/auth/sign-up/email', person, { 'user-agent': userAgent, 'x-forwarded-for': HOME });
  return person;
}

const changePassword = ({ client, password }: Member, currentPassword = password) =>
  client.post(
    '/api/auth/change-password',
    { currentPassword, newPassword: 'another password' },
    { 'x-forwarded-for': HOME },
  );

describe('the owner gets a mail', () => {
  test('when the password changes, and none when the change fails', async () => {
    const ada = await aMember(server.gatehouse);
    await changePassword(ada, 'a wrong password');
    expect(await kindsTo(ada.email)).toEqual([]);
    await changePassword(ada);
    const [mail] = await mailsTo(ada.email);
    expect(mail?.kind).toBe('password-changed');
    expect(mail?.text).toMatch(
      /Hello Ada,[^]*Time: \d{4}-\d\d-\d\d \d\d:\d\d UTC\n[^]*IP address: 203\.0\.113\.7/,
    );
  });

  test('when the password is reset', async () => {
    const ada = await aMember(server.gatehouse);
    await aStranger(server.gatehouse).post('/api/auth/request-password-reset', { email: ada.email });
    const [reset] = await mailsTo(ada.email);
    const token = /reset-password\/(\w+)/.exec(reset?.text ?? '')?.[1];
    await aStranger(server.gatehouse).post('/api/auth/reset-password', {
      token,
      newPassword: 'another password',
    });
    expect(await kindsTo(ada.email)).toEqual(['reset-password', 'password-changed']);
  });

  test('at the old and the new address when the e-mail changes', async () => {
    const ada = await aMember(server.gatehouse);
    const newEmail = `new-${ada.email}`;
    await ada.client.post('/api/auth/change-email', { newEmail });
    const mails = (await mailsTo(ada.email, newEmail)).filter(({ kind }) => kind === 'email-changed');
    expect(mails.map(({ to }) => to)).toEqual([ada.email, newEmail]);
    for (const { text } of mails)
      expect(text.replace(/\s+/g, ' ')).toContain(`from ${ada.email} to ${newEmail}`);
  });

  test('when a mailed link changes the e-mail', async () => {
    const ada = await aMember(server.gatehouse);
    await server.gatehouse.database.query('update users set is_email_verified = true where id = $1', [
      ada.id,
    ]);
    const newEmail = `new-${ada.email}`;
    await ada.client.post('/api/auth/change-email', { newEmail });
    const [link] = await mailsTo(newEmail);
    const path = /\/api\/auth\/verify-email\S+/.exec(link?.text ?? '')?.[0] ?? '';
    await ada.client.get(path);
    expect(await kindsTo(ada.email)).toEqual(['email-changed']);
    expect(await kindsTo(newEmail)).toContain('email-changed');
  });

  test('when a provider is linked, by the user or at a sign-in, and not at later sign-ins', async () => {
    const { gatehouse, provider } = server;
    const ada = await aMember(gatehouse);
    await gatehouse.database.query('update users set is_email_verified = true where id = $1', [ada.id]);
    provider.people.set(ada.id, { sub: ada.id, name: 'Ada', email: ada.email, email_verified: true });
    for (let time = 0; time < 2; time += 1) await new Visitor(gatehouse).signIn('acme', ada.id);
    const [mail, ...others] = await mailsTo(ada.email);
    expect([mail?.kind, others]).toEqual(['account-linked', []]);
    expect(mail?.text).toContain('acme');

    const explicit = new Visitor(gatehouse, ada.client);
    for (let time = 0; time < 2; time += 1)
      await explicit.comeBack(await explicit.beginLinking('gitlab', ada.id));
    expect(await kindsTo(ada.email)).toEqual(['account-linked', 'account-linked']);
  });

  test('in the language of the request', async () => {
    const ada = await aMember(server.gatehouse);
    const body = { currentPassword: ada.password, newPassword: 'another password' };
    await ada.client.post('/api/auth/change-password', body, { 'accept-language': 'de' });
    expect((await mailsTo(ada.email)).map(({ subject }) => subject)).toEqual(['Ihr Passwort wurde geändert']);
  });
});

describe('a sign-in', () => {
  test('from the device of an earlier session, with a newer browser or a neighbouring address, causes no mail', async () => {
    const ada = await signUp();
    await signIn(ada, FIREFOX);
    await signIn(ada, NEWER_FIREFOX, '203.0.200.9');
    expect(await kindsTo(ada.email)).toEqual([]);
  });

  test.each([
    ['another program', CHROME, HOME, 'Chrome, Windows'],
    ['another network', FIREFOX, '198.51.100.1', 'Firefox, Linux'],
  ])('with %s causes one mail, the next one causes none', async (_, userAgent, address, device) => {
    const ada = await signUp();
    for (let time = 0; time < 2; time += 1) await signIn(ada, userAgent, address);
    const mails = await mailsTo(ada.email);
    expect(mails.map(({ kind }) => kind)).toEqual(['new-device']);
    expect(mails[0]?.text).toContain(`Device: ${device}\nIP address: ${address}`);
  });

  test('that is the first one after a sign-up without a session causes no mail', async () => {
    const ada = await signUp();
    await server.gatehouse.database.query(
      'delete from sessions where user_id = (select id from users where email = $1)',
      [ada.email],
    );
    await signIn(ada, CHROME);
    expect(await kindsTo(ada.email)).toEqual([]);
  });

  test('cannot write its own text into the mail', async () => {
    const ada = await signUp();
    await signIn(ada, 'Visit https://evil.example Firefox/1.0 now');
    const [mail] = await mailsTo(ada.email);
    expect(mail?.text).toContain('Device: Firefox\n');
    expect(mail?.text).not.toContain('evil');
  });
});

describe('settings', () => {
  /** The kinds of notices after a password change and a sign-in from a new device. */
  async function kindsWith(environment: Record<string, string>): Promise<string[]> {
    const gatehouse = await startGatehouse(environment);
    const ada = await aMember(gatehouse);
    await changePassword(ada);
    const body = { email: ada.email, password: 'another password' };
    await aStranger(gatehouse).post('/api/auth/sign-in/email', body, { 'user-agent': CHROME });
    await aStranger(gatehouse).get('/api/auth/ok');
    await gatehouse.stop();
    return [...gatehouse.log().matchAll(/mail ([\w-]+) to/g)].map(([, kind = '']) => kind);
  }

  test.each<[string, Record<string, string>, string[]]>([
    ['compatible sends none', {}, []],
    ['strict sends all', { SECURITY_PROFILE: 'strict' }, ['password-changed', 'new-device']],
    [
      'each kind can be switched off',
      { SECURITY_PROFILE: 'strict', OWNER_NOTICES_OFF: 'new-device' },
      ['password-changed'],
    ],
    ['all can be switched off', { SECURITY_PROFILE: 'strict', OWNER_NOTICES: 'false' }, []],
  ])('%s', async (_, environment, kinds) => {
    expect(await kindsWith(environment)).toEqual(kinds);
  });

  test('an unknown kind stops the start', async () => {
    const database = await createDatabase({ template: MIGRATED });
    await expect(startGatehouse({ OWNER_NOTICES_OFF: 'new-devise' }, database)).rejects.toThrow(
      /OWNER_NOTICES_OFF contains \W*new-devise/,
    );
    await database.drop();
  });
});
