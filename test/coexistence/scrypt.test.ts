import { SIDES, otherSide, signIn, signUp, startTwoServers, type TwoServers } from './two-servers.js';

let servers: TwoServers;

beforeAll(async () => {
  servers = await startTwoServers({ password: 'scrypt', environment: { PASSWORD_HASH: 'scrypt' } });
});

afterAll(() => servers.stop());

test.each(SIDES)(
  'with PASSWORD_HASH=scrypt and Better Auth’s default hashing, users of %s can sign in on the other server',
  async (here) => {
    const email = `${here}@example.com`;
    for (const password of ['correct horse battery', `ﬁ${'long '.repeat(20)}`]) {
      await signUp(servers.visitor()[here], `${password.length}-${email}`, password);
      const signedIn = await signIn(
        servers.visitor()[otherSide(here)],
        `${password.length}-${email}`,
        password,
      );
      expect(signedIn.status).toBe(200);
    }
  },
);
