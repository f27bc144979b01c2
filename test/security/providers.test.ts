import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endpoint } from '../openid/front.js';
import { aMember } from '../setup/people.js';
import { expectRefusal, startSocialServer, stored, type SocialServer } from '../social/social-server.js';
import { Visitor } from '../social/visitor.js';

describe.each(['database', 'cookie'])('with states in the %s', (strategy) => {
  let server: SocialServer;

  beforeAll(async () => {
    server = await startSocialServer({ ACCOUNT_STORE_STATE_STRATEGY: strategy });
  });

  afterAll(() => server.stop());
  afterEach(() => server.reset());

  test.each([
    ['acme', 'plain'],
    ['plain', 'acme'],
    ['gitlab', 'plain'],
    ['acme', 'gitlab'],
  ])('a sign-in that begins at %s cannot finish at %s', async (begun, other) => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin(begun);
    const asked = server.provider.seen.length;
    const path = back.path.replace(`/callback/${begun}`, `/callback/${other}`);
    await expectRefusal(server, back, () => visitor.client.get(path), {
      error: 'state_mismatch',
      reason: `${other}, the sign-in began at another provider`,
    });
    // The other provider must not get the code.
    expect(server.provider.seen).toHaveLength(asked);
    expect((await visitor.client.get(back.path)).headers.location).toMatch(/error=/);
  });

  test('a linking that begins at one provider cannot finish at another', async () => {
    const { client } = await aMember(server.gatehouse, { email: 'grace@example.com' });
    const visitor = new Visitor(server.gatehouse, client);
    const back = await visitor.beginLinking('plain');
    const path = back.path.replace('/callback/plain', '/callback/acme');
    expect((await client.get(path)).headers.location).toBe('/out?error=state_mismatch');
  });

  test('additionalData of the client cannot name the provider', async () => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('acme', 'verified', { additionalData: { providerId: 'plain' } });
    const path = back.path.replace('/callback/acme', '/callback/plain');
    expect((await visitor.client.get(path)).headers.location).toBe('/out?error=state_mismatch');
  });
});

describe('the issuer of an answer (RFC 9207)', () => {
  let server: SocialServer;

  beforeAll(async () => {
    server = await startSocialServer();
  });

  afterAll(() => server.stop());
  afterEach(() => server.reset());

  test('must be there if the provider says that it always is', async () => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('acme');
    const asked = server.provider.seen.length;
    await expectRefusal(server, back, () => visitor.client.get(back.path.replace(/&iss=[^&]*/, '')), {
      error: 'issuer_missing',
      reason: 'acme, the answer names no issuer, which the provider always does',
    });
    expect(server.provider.seen).toHaveLength(asked);
  });

  test('may be missing if the provider says nothing', async () => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('plain');
    const answer = await visitor.client.get(back.path.replace(/&iss=[^&]*/, ''));
    expect(answer.headers.location).toBe('/in');
  });

  test('is compared for an error too, before the error page learns of it', async () => {
    const visitor = new Visitor(server.gatehouse);
    const back = await visitor.begin('acme', 'nobody');
    const path = back.path.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fevil.example');
    expect((await visitor.client.get(path)).headers.location).toBe('/out?error=issuer_mismatch');
  });
});

const errors: [Endpoint, string, string][] = [
  ['token', 'acme', 'invalid_code'],
  ['jwks', 'acme', 'unable_to_get_user_info'],
  ['userinfo', 'plain', 'unable_to_get_user_info'],
  ['userinfo', 'gitlab', 'unable_to_get_user_info'],
  ['token', 'gitlab', 'invalid_code'],
];

describe('the answer of a provider', () => {
  let server: SocialServer;

  beforeAll(async () => {
    server = await startSocialServer({ PROVIDER_TIMEOUT: '20' });
  });

  afterAll(() => server.stop());
  afterEach(() => server.reset());

  test.each(errors)(
    'of %s at %s is cut off after 1 MiB, and the request ends',
    async (endpoint, at, error) => {
      const visitor = new Visitor(server.gatehouse);
      // The id token of this person lacks an e-mail, so the server asks the userinfo endpoint.
      const back = await visitor.begin(at, at === 'plain' ? 'without-email' : 'verified');
      const begun = Date.now();
      const ended = new Promise<void>((done) =>
        server.provider.faults.set(endpoint, { kind: 'endless', ended: done }),
      );
      const answer = await visitor.comeBack(back);
      expect(answer.headers.location).toBe(`/out?error=${error}`);
      await ended;
      // Long before the time limit.
      expect(Date.now() - begun).toBeLessThan(8000);
    },
  );

  test('does not redirect the server into the network of the operator', async () => {
    let asked = 0;
    const internal = createServer((_, response) => {
      asked += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":1,"email":"x@example.com"}');
    });
    internal.listen(0, '127.0.0.1');
    await once(internal, 'listening');
    const { port } = internal.address() as AddressInfo;
    for (const [endpoint, at] of errors) {
      const visitor = new Visitor(server.gatehouse);
      const back = await visitor.begin(at);
      server.provider.faults.set(endpoint, { kind: 'redirect', to: `http://127.0.0.1:${port}/internal` });
      expect((await visitor.comeBack(back)).headers.location).toMatch(/^\/(out\?error=|in$)/);
      server.provider.mend();
    }
    internal.close();
    expect(asked).toBe(0);
  });
});

describe('an answer of a provider', () => {
  let server: SocialServer;

  beforeAll(async () => {
    server = await startSocialServer({ PROVIDER_TIMEOUT: '1' });
  });

  afterAll(() => server.stop());
  afterEach(() => server.reset());

  test.each(errors)(
    'of %s at %s that does not come in time ends the request',
    async (endpoint, at, error) => {
      const visitor = new Visitor(server.gatehouse);
      const back = await visitor.begin(at, at === 'plain' ? 'without-email' : 'verified');
      const ended = new Promise<void>((done) =>
        server.provider.faults.set(endpoint, { kind: 'silent', ended: done }),
      );
      expect((await visitor.comeBack(back)).headers.location).toBe(`/out?error=${error}`);
      // Otherwise the server would wait for 60 s.
      await ended;
    },
    20_000,
  );
});

describe('e-mail addresses that only Unicode makes equal', () => {
  /** The Kelvin sign. `toLowerCase` makes a `k` of it. */
  const KELVIN = '\u212A';
  let server: SocialServer;

  beforeAll(async () => {
    server = await startSocialServer();
    const { people } = server.provider;
    people.set('kelvin', {
      sub: 'kelvin',
      name: 'K',
      email: `${KELVIN}ate@example.com`,
      email_verified: true,
    });
  });

  afterAll(() => server.stop());
  afterEach(() => server.reset());

  async function kate() {
    const member = await aMember(server.gatehouse, { email: 'kate@example.com' });
    await server.gatehouse.database.query('update users set is_email_verified = true');
    return member;
  }

  test.each(['acme', 'plain', 'gitlab'])(
    'do not sign in at %s as the user who has the other one',
    async (at) => {
      const { id } = await kate();
      const visitor = new Visitor(server.gatehouse);
      await visitor.signIn(at, 'kelvin');
      const accounts = await server.gatehouse.database.query(
        `select provider_id from accounts where user_id = '${id}'`,
      );
      expect(accounts).toEqual([{ provider_id: 'credential' }]);
    },
  );

  test('do not link an account that needs the same address', async () => {
    const { client } = await kate();
    const visitor = new Visitor(server.gatehouse, client);
    const back = await visitor.beginLinking('acme', 'kelvin');
    const before = await stored(server.gatehouse);
    expect((await visitor.comeBack(back)).headers.location).toBe('/out?error=email_does_not_match');
    expect(await stored(server.gatehouse)).toEqual({ ...before, states: 0 });
    const token = await server.provider.idToken('kelvin');
    const direct = await client.post('/api/auth/link-social', { provider: 'acme', idToken: { token } });
    expect(direct.status).toBe(401);
  });

  test('do not verify the address of a user who already has the account', async () => {
    const { id } = await kate();
    await server.gatehouse.database.query('update users set is_email_verified = false');
    await server.gatehouse.database.query(
      `insert into accounts (id, user_id, provider_id, provider_user_id, created_at, updated_at)
       values ('kelvin', '${id}', 'acme', 'kelvin', now(), now())`,
    );
    await new Visitor(server.gatehouse).signIn('acme', 'kelvin');
    const [user] = await server.gatehouse.database.query(
      `select is_email_verified from users where id = '${id}'`,
    );
    expect(user).toEqual({ is_email_verified: false });
  });
});
