import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { mailsTo } from '../setup/mails.js';
import { expectRefusal, startSocialServer, stored, type SocialServer } from './social-server.js';
import { Visitor } from './visitor.js';

/** Signs up first, with the e-mail of the provider's person `verified`. */
const SQUATTER = { name: 'Eve', email: 'grace@example.com', password: 'correct horse battery' };

const everyServer = {
  USER_DELETE_USER_ENABLED: 'true',
  USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
};

/** Advisories on OAuth, with the default settings and with settings that could bypass the checks. */
/** The numbers are those of test/security/advisories.md. */
describe.each<[string, Record<string, string>]>([
  ['by default', {}],
  [
    'with trusted providers, required e-mail verification and hashed identifiers',
    {
      ACCOUNT_ACCOUNT_LINKING_TRUSTED_PROVIDERS: 'acme,gitlab',
      EMAIL_AND_PASSWORD_REQUIRE_EMAIL_VERIFICATION: 'true',
      VERIFICATION_STORE_IDENTIFIER: 'hashed',
    },
  ],
])('%s', (_, environment) => {
  let server: SocialServer;
  let visitor: Visitor;

  beforeAll(async () => {
    const asking = { disableImplicitSignUp: true };
    server = await startSocialServer({ ...everyServer, ...environment }, { asking });
  });

  afterAll(() => server.stop());

  beforeEach(() => {
    visitor = new Visitor(server.gatehouse);
  });

  afterEach(() => server.reset());

  const sql = (text: string) => server.gatehouse.database.query<Record<string, unknown>>(text);

  /** A user whose e-mail is verified, because some settings require it. */
  async function member(email: string) {
    const client = new BrowserLikeClient(server.gatehouse.origin);
    const person = { ...SQUATTER, email };
    await client.post('/api/auth/sign-up/email', person);
    await sql(`update users set is_email_verified = true where email = '${email}'`);
    const answer = await client.post('/api/auth/sign-in/email', person);
    return { client, ...answer.json<{ token: string; user: { id: string } }>() };
  }

  const asMember = async (email: string) => new Visitor(server.gatehouse, (await member(email)).client);

  describe('A9: a user who signed up with an unverified e-mail', () => {
    beforeEach(async () => {
      await visitor.client.post('/api/auth/sign-up/email', SQUATTER);
      await sql('delete from sessions');
    });

    test.each(['acme', 'gitlab', 'plain'])(
      'is not linked when the owner of the e-mail signs in by %s',
      async (at) => {
        const owner = new Visitor(server.gatehouse);
        const back = await owner.begin(at);
        const [{ states = 0 } = {}] = await sql('select count(*)::int - 1 as states from verifications');
        await expectRefusal(server, back, () => owner.comeBack(back), {
          error: 'account_not_linked',
          reason: 'the e-mail is not verified on both sides, or linking is off',
          states: states as number,
        });
        expect(await sql('select is_email_verified, email_verified from users')).toEqual([
          { is_email_verified: false, email_verified: null },
        ]);
      },
    );

    test('is not linked when the owner signs in with an id token', async () => {
      const before = await stored(server.gatehouse);
      const idToken = { token: await server.provider.idToken('verified') };
      const answer = await new Visitor(server.gatehouse).client.post('/api/auth/sign-in/social', {
        provider: 'acme',
        idToken,
      });
      expect([answer.status, answer.json()]).toEqual([
        401,
        { code: 'OAUTH_LINK_ERROR', message: 'account not linked' },
      ]);
      expect(answer.setCookies).toEqual([]);
      expect(await stored(server.gatehouse)).toEqual(before);
    });

    test('is linked once the e-mail is verified', async () => {
      await sql('update users set is_email_verified = true');
      expect((await new Visitor(server.gatehouse).signIn('acme')).headers.location).toBe('/in');
      expect(await sql('select provider_id from accounts order by provider_id')).toEqual([
        { provider_id: 'acme' },
        { provider_id: 'credential' },
      ]);
    });
  });

  async function mailedTokens(address: string, kinds: readonly string[]): Promise<string[]> {
    for (;;) {
      const sent = mailsTo(server.gatehouse, address).filter(({ kind }) => kinds.includes(kind));
      if (sent.length === kinds.length) return sent.map(({ token }) => token);
      await new Promise((next) => setTimeout(next, 10));
    }
  }

  describe('A12: a secret for one purpose does not work for another', () => {
    const rows = () => sql('select id, value from verifications order by id');

    test('the state of a sign-in does not work as a token', async () => {
      const victim = await member('victim@example.com');
      const { id } = victim.user;
      const additionalData = { email: 'victim@example.com', userId: id, value: id };
      const { state } = await visitor.begin('acme', 'verified', { additionalData });
      const before = await rows();
      for (const token of [state, `auth-state:${state}`]) {
        const newPassword = 'another horse battery';
        const { client } = victim;
        const answers = [
          await visitor.client.get(`/api/auth/reset-password/${token}?callbackURL=/reset`),
          await visitor.client.post('/api/auth/reset-password', { token, newPassword }),
          await client.get(`/api/auth/delete-user/callback?token=${token}`),
          await client.post('/api/auth/delete-user', { token }),
          await visitor.client.get(`/api/auth/verify-email?token=${token}&callbackURL=/verified`),
        ];
        const { origin } = server.gatehouse;
        const refusal = '{"message":"Invalid token","code":"INVALID_TOKEN"}';
        expect(answers.map(({ text, headers }) => headers.location?.replace(origin, '') ?? text)).toEqual([
          '/reset?error=INVALID_TOKEN',
          refusal,
          refusal,
          refusal,
          '/verified?error=INVALID_TOKEN',
        ]);
        expect(answers.flatMap(({ setCookies }) => setCookies)).toEqual([]);
      }
      expect(await rows()).toEqual(before);
    });

    test('a token does not work as a state', async () => {
      const victim = await member('victim@example.com');
      await victim.client.post('/api/auth/request-password-reset', { email: 'victim@example.com' });
      await victim.client.post('/api/auth/delete-user', {});
      const tokens = await mailedTokens('victim@example.com', ['reset-password', 'delete-account']);
      const before = await rows();
      const back = await visitor.begin('acme');
      for (const state of tokens.flatMap((token) => [
        token,
        `reset-password:${token}`,
        `delete-account-${token}`,
      ])) {
        const path = `/api/auth/callback/acme?code=${back.code}&state=${encodeURIComponent(state)}`;
        const answer = await victim.client.get(path);
        expect(answer.headers.location).toBe(
          `${server.gatehouse.origin}/api/auth/error?error=state_mismatch`,
        );
      }
      expect(await rows()).toEqual(expect.arrayContaining(before));
    });
  });

  describe('A14: a profile', () => {
    /** Removes the e-mail from the id token, so that the server asks userinfo. */
    const userinfoOf = (sub: string) =>
      Object.assign(server.provider.alterations, {
        idToken: ({ email: _email, ...claims }: Record<string, unknown>) => claims,
        userinfo: (claims: Record<string, unknown>) => ({ ...claims, sub }),
      });

    test('is refused if its subject is not the id token’s', async () => {
      const back = await visitor.begin('acme');
      userinfoOf('somebody-else');
      await expectRefusal(server, back, () => visitor.comeBack(back), {
        error: 'unable_to_get_user_info',
        reason: 'acme, no profile, or an invalid id token',
      });
    });

    test('is used if its subject is the id token’s', async () => {
      const back = await visitor.begin('acme');
      userinfoOf('verified');
      expect((await visitor.comeBack(back)).headers.location).toBe('/in');
      expect(await sql('select email from users')).toEqual([{ email: 'grace@example.com' }]);
    });
  });

  describe('A15: a linking that was begun', () => {
    test.each([
      ['was ended by a sign-out', 'delete from sessions'],
      ['has expired', `update sessions set expires_at = now() - interval '1 second'`],
      ['is of a user who is banned meanwhile', 'update users set banned = true'],
      [
        'now belongs to another user',
        'update sessions set user_id = (select id from users where name = $$B$$)',
      ],
    ])('is not completed when the session %s', async (_what, change) => {
      visitor = await asMember('grace@example.com');
      await sql(
        `insert into users (id, name, email, created_at, updated_at) values ('b', 'B', 'b@b.b', now(), now())`,
      );
      const back = await visitor.beginLinking('acme');
      await sql(change);
      await expectRefusal(server, back, () => visitor.comeBack(back), {
        error: 'unable_to_link_account',
        reason: 'the session that asked for it has ended',
      });
    });

    test('is completed while the session lasts', async () => {
      visitor = await asMember('grace@example.com');
      const back = await visitor.beginLinking('acme');
      expect((await visitor.comeBack(back)).headers.location).toBe('/in');
      expect(await sql(`select provider_user_id from accounts where provider_id = 'acme'`)).toHaveLength(1);
    });
  });

  describe('A23: a client', () => {
    test('cannot replace the server’s values by additionalData', async () => {
      const victim = await member('victim@example.com');
      const evil = 'https://evil.example';
      const additionalData = {
        callbackURL: evil,
        errorURL: evil,
        newUserURL: evil,
        codeVerifier: 'mine',
        expiresAt: 1,
        idTokenNonce: 'mine',
        oauthState: 'mine',
        serverContext: { mine: true },
        link: { userId: victim.user.id, email: 'grace@example.com' },
      };
      const text = JSON.stringify(additionalData).replace(
        '{',
        '{"__proto__":{"errorURL":"x"},"constructor":1,',
      );
      expect(
        (await visitor.signIn('acme', 'verified', { additionalData: JSON.parse(text) })).headers.location,
      ).toBe('/in');
      expect(
        await sql(
          `select u.email from accounts a join users u on u.id = a.user_id where provider_id = 'acme'`,
        ),
      ).toEqual([{ email: 'grace@example.com' }]);
    });

    test('cannot request a sign-up by additionalData', async () => {
      const back = await visitor.begin('asking', 'verified', { additionalData: { requestSignUp: true } });
      await expectRefusal(server, back, () => visitor.comeBack(back), {
        error: 'signup_disabled',
        reason: 'sign-up is off for this provider',
      });
    });

    test.each(['sign-in/social', 'link-social'])(
      'cannot set reserved parameters by additionalParams of %s',
      async (route) => {
        const { client } = await member('victim@example.com');
        const reserved =
          'state client_id redirect_uri response_type code_challenge code_challenge_method nonce scope';
        for (const name of reserved.split(' ')) {
          const body = { provider: 'acme', additionalParams: { prompt: 'login', [name]: 'mine' } };
          const answer = await client.post(`/api/auth/${route}`, body);
          expect([name, answer.status, answer.json()]).toEqual([
            name,
            400,
            expect.objectContaining({ code: 'VALIDATION_ERROR' }),
          ]);
        }
      },
    );
  });

  describe('A24: another user', () => {
    test('cannot use an account at a provider', async () => {
      await visitor.signIn('acme');
      const [owner = {}] = await sql('select id, user_id from accounts');
      const thief = await asMember('mallory@example.com');
      await thief.comeBack(await thief.beginLinking('gitlab', 'verified'));
      await sql(
        `insert into accounts (id, user_id, provider_id, provider_user_id, created_at, updated_at)
         select 'thief', user_id, 'gitlab', '1', now(), now() from accounts where provider_id = 'credential'`,
      );
      const before = await stored(server.gatehouse);
      const body = { accountId: owner['id'], userId: owner['user_id'] };
      const query = new URLSearchParams(body as Record<string, string>).toString();
      const answers = [
        await thief.client.post('/api/auth/get-access-token', body),
        await thief.client.post('/api/auth/refresh-token', body),
        await thief.client.get(`/api/auth/account-info?${query}`),
        await thief.client.post('/api/auth/unlink-account', body),
      ];
      expect(
        answers.map(({ status, text }) => `${status} ${(JSON.parse(text) as { code: string }).code}`),
      ).toEqual(answers.map(() => '400 ACCOUNT_NOT_FOUND'));
      expect(await stored(server.gatehouse)).toEqual(before);
    });

    test('cannot revoke a session or delete the user', async () => {
      const [owner, thief] = [await member('owner@example.com'), await member('thief@example.com')];
      await owner.client.post('/api/auth/delete-user', {});
      const [token = ''] = await mailedTokens('owner@example.com', ['delete-account']);
      const before = await stored(server.gatehouse);
      const answers = [
        await thief.client.post('/api/auth/revoke-session', { token: owner.token }),
        await thief.client.post('/api/auth/delete-user', { token }),
        await thief.client.get(`/api/auth/delete-user/callback?token=${token}`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 404, 404]);
      // The wrong user has used up the token.
      expect(await stored(server.gatehouse)).toEqual({ ...before, states: 0 });
    });
  });
});
