import { signEmailToken } from '../../src/crypto/email-token.js';
import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import type { TestDatabase } from '../setup/database.js';
import { SECRET, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, type Member } from '../setup/people.js';

/** Servers on one database. Each has a configuration that makes some errors possible. */
export interface Servers {
  readonly database: TestDatabase;
  /** All features are on. */
  readonly gatehouse: Gatehouse;
  /** All features are off. */
  readonly closed: Gatehouse;
  /** Computes one password hash at a time and queues no others. */
  readonly busy: Gatehouse;
  /** Runs in production without a mail server. */
  readonly mute: Gatehouse;
  /** Requires verified addresses. */
  readonly strict: Gatehouse;
  /** Requires a mailed link to delete a user. */
  readonly mailing: Gatehouse;
}

type Recipe = () => Promise<Answer>;

const NEW = 'violet tractor seven moons';

/** Requests that provoke the errors of the routes for passwords, mails and deletion, by route and code. */
export function journeyRecipes(servers: Servers): Record<string, Record<string, Recipe>> {
  const { database, gatehouse, closed, busy, mute, strict } = servers;
  const stranger = (server = gatehouse) => new BrowserLikeClient(server.origin);
  const post = (path: string, body: object, client = stranger()) => client.post(`/api/auth/${path}`, body);
  const get = (path: string, client = stranger()) => client.get(`/api/auth/${path}`);

  /** A client with the member's session for another server of this database. */
  const at = (server: Gatehouse, member: Member) => {
    const client = stranger(server);
    for (const [name, value] of member.client.cookies) client.cookies.set(name, value);
    return client;
  };
  const asMember =
    (path: string, body: object | ((member: Member) => object), server = gatehouse): Recipe =>
    async () => {
      const member = await aMember(gatehouse);
      return post(path, typeof body === 'function' ? body(member) : body, at(server, member));
    };
  const withoutCredential =
    (path: string, body: object): Recipe =>
    async () => {
      const member = await aMember(gatehouse);
      await database.query('delete from accounts where user_id = $1', [member.id]);
      return post(path, body, member.client);
    };

  /** Requests a reset and reads the token from the mail in the log. */
  const resetToken = async (member: Member) => {
    await post('request-password-reset', { email: member.email });
    const pattern = new RegExp(`mail reset-password to ${member.email}: \\S+/reset-password/(\\w+)`);
    for (;;) {
      const token = pattern.exec(gatehouse.log())?.[1];
      if (token) return token;
      await new Promise((look) => setTimeout(look, 20));
    }
  };

  /** Sends a request while other sign-ins keep the server busy, and repeats that until the answer is a 503. */
  const whenBusy = async (ask: (client: BrowserLikeClient, member: Member) => Promise<Answer>) => {
    for (;;) {
      const member = await aMember(gatehouse);
      const others = Array.from({ length: 3 }, () =>
        post('sign-in/email', { email: member.email, password: NEW }, stranger(busy)),
      );
      const answer = await ask(at(busy, member), member);
      await Promise.all(others);
      if (answer.status === 503) return answer;
    }
  };
  const busyMember =
    (path: string, body: object): Recipe =>
    () =>
      whenBusy((client) => post(path, body, client));

  const emailToken = (claims: Parameters<typeof signEmailToken>[0], expiresIn = 3600) =>
    signEmailToken(claims, SECRET, expiresIn);
  const unverified =
    (path: string): Recipe =>
    async () => {
      const { email, password } = await aMember(gatehouse);
      return post(path, { email, password }, stranger(strict));
    };
  const current = 'correct horse battery';

  return {
    'POST /api/auth/sign-in/email': { EMAIL_NOT_VERIFIED: unverified('sign-in/email') },
    'POST /api/auth/login': { EMAIL_NOT_VERIFIED: unverified('login') },
    'POST /api/auth/change-password': {
      PASSWORD_COMPROMISED: asMember('change-password', {
        newPassword: 'password1234',
        currentPassword: current,
      }),
      PASSWORD_TOO_SHORT: asMember('change-password', { newPassword: 'short', currentPassword: current }),
      PASSWORD_TOO_LONG: asMember('change-password', {
        newPassword: 'x'.repeat(129),
        currentPassword: current,
      }),
      CREDENTIAL_ACCOUNT_NOT_FOUND: withoutCredential('change-password', {
        newPassword: NEW,
        currentPassword: current,
      }),
      INVALID_PASSWORD: asMember('change-password', { newPassword: NEW, currentPassword: 'not this one' }),
      SERVICE_UNAVAILABLE: busyMember('change-password', { newPassword: NEW, currentPassword: current }),
    },
    'POST /api/auth/verify-password': {
      PASSWORD_TOO_LONG: asMember('verify-password', { password: 'x'.repeat(129) }),
      INVALID_PASSWORD: asMember('verify-password', { password: 'not this one' }),
      SERVICE_UNAVAILABLE: busyMember('verify-password', { password: current }),
    },
    'POST /api/auth/request-password-reset': {
      RESET_PASSWORD_DISABLED: () =>
        post('request-password-reset', { email: 'a@example.com' }, stranger(mute)),
      INVALID_REDIRECT_URL: () =>
        post('request-password-reset', { email: 'a@example.com', redirectTo: 'https://elsewhere.example/' }),
      'Invalid redirectURL: expected a string': () =>
        post('request-password-reset', { email: 'a@example.com', redirectTo: 5 }),
    },
    'GET /api/auth/reset-password/{token}': {
      VALIDATION_ERROR: () => get('reset-password/x'),
      INVALID_CALLBACK_URL: () => get('reset-password/x?callbackURL=https://elsewhere.example/'),
    },
    'POST /api/auth/reset-password': {
      INVALID_TOKEN: () => post('reset-password', { newPassword: NEW, token: 'x' }),
      PASSWORD_COMPROMISED: async () =>
        post('reset-password', {
          newPassword: 'password1234',
          token: await resetToken(await aMember(gatehouse)),
        }),
      PASSWORD_TOO_SHORT: () => post('reset-password', { newPassword: 'short', token: 'x' }),
      PASSWORD_TOO_LONG: () => post('reset-password', { newPassword: 'x'.repeat(129), token: 'x' }),
      USER_NOT_FOUND: async () => {
        const member = await aMember(gatehouse);
        const token = await resetToken(member);
        await database.query('delete from users where id = $1', [member.id]);
        return post('reset-password', { newPassword: NEW, token });
      },
      SERVICE_UNAVAILABLE: async () => {
        const token = await resetToken(await aMember(gatehouse));
        return whenBusy(() => post('reset-password', { newPassword: NEW, token }, stranger(busy)));
      },
    },
    'GET /api/auth/verify-email': {
      VALIDATION_ERROR: () => get('verify-email'),
      INVALID_CALLBACK_URL: () => get('verify-email?token=x&callbackURL=https://elsewhere.example/'),
      INVALID_TOKEN: () => get('verify-email?token=x'),
      TOKEN_EXPIRED: () => get(`verify-email?token=${emailToken({ email: 'a@example.com' }, -1)}`),
      USER_NOT_FOUND: () =>
        get(`verify-email?token=${emailToken({ email: 'nobody@example.com', userId: 'x' })}`),
      INVALID_USER: async () => {
        const [{ email, id: userId }, other] = [await aMember(gatehouse), await aMember(gatehouse)];
        const requestType = 'change-email-verification';
        const token = emailToken({ email, updateTo: `new.${email}`, requestType, userId });
        return get(`verify-email?token=${token}`, other.client);
      },
    },
    'POST /api/auth/send-verification-email': {
      VERIFICATION_EMAIL_NOT_ENABLED: () =>
        post('send-verification-email', { email: 'a@example.com' }, stranger(mute)),
      EMAIL_MISMATCH: asMember('send-verification-email', { email: 'somebody.else@example.com' }),
      EMAIL_ALREADY_VERIFIED: async () => {
        const { id, email, client } = await aMember(gatehouse);
        await database.query('update users set is_email_verified = true where id = $1', [id]);
        return post('send-verification-email', { email }, client);
      },
    },
    'POST /api/auth/change-email': {
      CHANGE_EMAIL_DISABLED: asMember('change-email', { newEmail: 'new@example.com' }, closed),
      'Email is the same': asMember('change-email', ({ email }) => ({ newEmail: email })),
      "Verification email isn't enabled": asMember('change-email', { newEmail: 'new@example.com' }, mute),
    },
    'POST /api/auth/delete-user': {
      PASSWORD_TOO_LONG: asMember('delete-user', { password: 'x'.repeat(129) }),
      CREDENTIAL_ACCOUNT_NOT_FOUND: withoutCredential('delete-user', { password: current }),
      INVALID_PASSWORD: asMember('delete-user', { password: 'not this one' }),
      INVALID_TOKEN: asMember('delete-user', { token: 'x' }),
      SERVICE_UNAVAILABLE: busyMember('delete-user', { password: current }),
      SESSION_EXPIRED: async () => {
        const { id, client } = await aMember(gatehouse);
        await database.query(
          `update sessions set created_at = now() - interval '2 days' where user_id = $1`,
          [id],
        );
        return post('delete-user', {}, client);
      },
    },
    'GET /api/auth/delete-user/callback': {
      VALIDATION_ERROR: () => get('delete-user/callback'),
      INVALID_CALLBACK_URL: () => get('delete-user/callback?token=x&callbackURL=https://elsewhere.example/'),
      NOT_FOUND: () => get('delete-user/callback?token=x', stranger(closed)),
      FAILED_TO_GET_USER_INFO: () => get('delete-user/callback?token=x'),
      INVALID_TOKEN: async () => get('delete-user/callback?token=x', (await aMember(gatehouse)).client),
    },
  };
}

/** Successful requests to these routes, by route. */
export function journeySuccesses({ gatehouse, mailing }: Servers): Record<string, Recipe> {
  const client = () => new BrowserLikeClient(gatehouse.origin);
  return {
    'GET /api/auth/reset-password/{token}': () =>
      client().get('/api/auth/reset-password/x?callbackURL=/reset'),
    'POST /api/auth/reset-password': async () => {
      const { email } = await aMember(gatehouse);
      await client().post('/api/auth/request-password-reset', { email });
      const pattern = new RegExp(`to ${email}: \\S+/reset-password/(\\w+)`);
      while (!pattern.test(gatehouse.log())) await new Promise((look) => setTimeout(look, 20));
      const token = pattern.exec(gatehouse.log())?.[1];
      return client().post('/api/auth/reset-password', { newPassword: NEW, token });
    },
    'GET /api/auth/verify-email': async () => {
      const { email, id: userId } = await aMember(gatehouse);
      return client().get(`/api/auth/verify-email?token=${signEmailToken({ email, userId }, SECRET, 60)}`);
    },
    'GET /api/auth/delete-user/callback': async () => {
      const member = await aMember(mailing);
      await member.client.post('/api/auth/delete-user', {});
      const pattern = new RegExp(`mail delete-account to ${member.email}: \\S+token=(\\w+)`);
      while (!pattern.test(mailing.log())) await new Promise((look) => setTimeout(look, 20));
      const token = pattern.exec(mailing.log())?.[1] ?? '';
      return member.client.get(`/api/auth/delete-user/callback?token=${token}`);
    },
  };
}
