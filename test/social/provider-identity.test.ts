import { startSocialServer, type SocialServer } from './social-server.js';
import { Visitor } from './visitor.js';

let server: SocialServer;

beforeAll(async () => {
  server = await startSocialServer();
});

afterAll(() => server.stop());

test('the same subject at two providers is two people', async () => {
  expect((await new Visitor(server.gatehouse).signIn('acme', 'unverified')).headers.location).toBe('/in');
  // The second provider knows somebody else by the same subject.
  Object.assign(server.provider.alterations, {
    idToken: (claims: Record<string, unknown>) => ({ ...claims, email: 'eve@example.com' }),
    userinfo: (claims: Record<string, unknown>) => ({ ...claims, email: 'eve@example.com' }),
  });
  expect((await new Visitor(server.gatehouse).signIn('plain', 'unverified')).headers.location).toBe('/in');
  const accounts = await server.gatehouse.database.query(
    `select provider_id, provider_user_id, email from accounts join users on users.id = user_id order by 1`,
  );
  expect(accounts).toEqual([
    { provider_id: 'acme', provider_user_id: 'unverified', email: 'mallory@example.com' },
    { provider_id: 'plain', provider_user_id: 'unverified', email: 'eve@example.com' },
  ]);
});
