import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { mailsTo } from '../setup/mails.js';
import { expectRefusal, startSocialServer, stored, type SocialServer } from './social-server.js';
import { Visitor } from './visitor.js';

/** Who signs up first with the address of the provider's `verified`. */
const SQUATTER = { name: 'Eve', email: 'grace@example.com', password: 'correct horse battery' };

const everyServer = {
  USER_DELETE_USER_ENABLED: 'true',
  USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
};

/** Advisories on OAuth, with the settings as they are and with those that could lead around the guards. */
describe.each<[string, Record<string, string>]>([
  ['by default', {}],
  [
    'with trusted providers, addresses that have to be verified and hashed identifiers',
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

  /** A member whose address is proven, which some settings ask for. */
  async function member(email: string) {
    const client = new BrowserLikeClient(server.gatehouse.origin);
    const person = { ...SQUATTER, email };
    await client.post('/api/auth/sign-up/email', person);
    await sql(`update users set is_email_verified = true where email = '${email}'`);
    const answer = await client.post('/api/auth/sign-in/email', person);
    return { client, ...answer.json<{ token: string; user: { id: string } }>() };
  }

  const asMember = async (email: string) => new Visitor(server.gatehouse, (await member(email)).client);

  describe('A9: an account that somebody made with an address they have not proven', () => {
    beforeEach(async () => {
      await visitor.client.post('/api/auth/sign-up/email', SQUATTER);
      await sql('delete from sessions');
    });

    test.each(['acme', 'gitlab', 'plain'])('is not shared with its owner who comes by %s', async (at) => {
      const owner = new Visitor(server.gatehouse);
      const back = await owner.begin(at);
      const [{ states = 0 } = {}] = await sql('select count(*)::int - 1 as states from verifications');
      await expectRefusal(server, back, () => owner.comeBack(back), {
        error: 'account_not_linked',
        reason: 'the user has not proven the address, or linking is off',
        states: states as number,
      });
      expect(await sql('select is_email_verified, email_verified from users')).toEqual([
        { is_email_verified: false, email_verified: null },
      ]);
    });

    test('nor with who brings an id token', async () => {
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

    test('but is once the address is proven', async () => {
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

  describe('A12: what was handed out for one thing opens nothing else', () => {
    const rows = () => sql('select id, value from verifications order by id');

    test('the state of a sign-in is no token', async () => {
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

    test('a token is no state', async () => {
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
    /** The id token names nobody’s address, so userinfo is asked. */
    const userinfoOf = (sub: string) =>
      Object.assign(server.provider.alterations, {
        idToken: ({ email: _email, ...claims }: Record<string, unknown>) => claims,
        userinfo: (claims: Record<string, unknown>) => ({ ...claims, sub }),
      });

    test('of somebody else than the id token is nobody’s', async () => {
      const back = await visitor.begin('acme');
      userinfoOf('somebody-else');
      await expectRefusal(server, back, () => visitor.comeBack(back), {
        error: 'unable_to_get_user_info',
        reason: 'acme, no profile, or its id token does not hold',
      });
    });

    test('of the same person is theirs', async () => {
      const back = await visitor.begin('acme');
      userinfoOf('verified');
      expect((await visitor.comeBack(back)).headers.location).toBe('/in');
      expect(await sql('select email from users')).toEqual([{ email: 'grace@example.com' }]);
    });
  });

  describe('A15: a linking that has begun', () => {
    test.each([
      ['was signed out', 'delete from sessions'],
      ['has expired', `update sessions set expires_at = now() - interval '1 second'`],
      ['is of somebody banned meanwhile', 'update users set banned = true'],
      [
        'is somebody else’s by now',
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
        reason: 'the session that asked has ended',
      });
    });

    test('is completed while it stands', async () => {
      visitor = await asMember('grace@example.com');
      const back = await visitor.beginLinking('acme');
      expect((await visitor.comeBack(back)).headers.location).toBe('/in');
      expect(await sql(`select provider_user_id from accounts where provider_id = 'acme'`)).toHaveLength(1);
    });
  });

  describe('A23: what a client may not set', () => {
    test('additionalData stands for nothing of the server’s', async () => {
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

    test('nor does it ask for a sign-up', async () => {
      const back = await visitor.begin('asking', 'verified', { additionalData: { requestSignUp: true } });
      await expectRefusal(server, back, () => visitor.comeBack(back), {
        error: 'signup_disabled',
        reason: 'sign-up is off for this provider',
      });
    });

    test.each(['sign-in/social', 'link-social'])(
      'additionalParams of %s holds no reserved one',
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

  describe('A24: what is somebody else’s', () => {
    test('an account at a provider is not there', async () => {
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

    test('a session is not revoked, and a user not deleted', async () => {
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
      // The token that came to the wrong hands is spent.
      expect(await stored(server.gatehouse)).toEqual({ ...before, states: 0 });
    });
  });
});
