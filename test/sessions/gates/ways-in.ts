import { SignJWT } from 'jose';
import { signEmailToken } from '../../../src/crypto/email-token.js';
import { BrowserLikeClient, type Answer } from '../../setup/browser-like-client.js';
import { SECRET } from '../../setup/gatehouse.js';
import { aPerson, bearer, type Member } from '../../setup/people.js';
import type { SocialServer } from '../../social/social-server.js';
import { Visitor } from '../../social/visitor.js';

export const LEGACY_SECRET = 'the secret of the old application';

/** Sends the request by which this member gets a session. */
export type WayIn = (server: SocialServer, member: Member) => Promise<Answer>;

const stranger = ({ gatehouse }: SocialServer) => new BrowserLikeClient(gatehouse.origin);

/** Adds the member to the provider's people, with a verified e-mail. Returns the id of that person. */
async function atProvider({ gatehouse, provider }: SocialServer, { id, email, name }: Member) {
  await gatehouse.database.query('update users set is_email_verified = true where id = $1', [id]);
  provider.people.set(id, { sub: id, name, email, email_verified: true });
  return id;
}

/** How each route gives somebody a session, by method and path of the OpenAPI document. */
export const WAYS_IN: Readonly<Record<string, WayIn>> = {
  'POST /api/auth/sign-up/email': (server) => stranger(server).post('/api/auth/sign-up/email', aPerson()),
  'POST /api/auth/register': (server) => stranger(server).post('/api/auth/register', aPerson()),
  'POST /api/auth/sign-in/email': (server, { email, password }) =>
    stranger(server).post('/api/auth/sign-in/email', { email, password }),
  'POST /api/auth/login': (server, { email, password }) =>
    stranger(server).post('/api/auth/login', { email, password }),
  'POST /api/auth/change-password': (_, { client, password }) =>
    client.post('/api/auth/change-password', {
      currentPassword: password,
      newPassword: password,
      revokeOtherSessions: true,
    }),
  'POST /api/auth/sign-in/social': async (server, member) => {
    const token = await server.provider.idToken(await atProvider(server, member));
    return stranger(server).post('/api/auth/sign-in/social', { provider: 'acme', idToken: { token } });
  },
  'GET /api/auth/callback/{id}': async (server, member) =>
    new Visitor(server.gatehouse).signIn('acme', await atProvider(server, member)),
  'GET /api/auth/verify-email': async (server, { id, email }) => {
    await server.gatehouse.database.query('update users set is_email_verified = false where id = $1', [id]);
    const token = signEmailToken({ email, userId: id }, SECRET, 60);
    return stranger(server).get(`/api/auth/verify-email?token=${token}`);
  },
  'GET /api/auth/get-session': async (server, { id }) =>
    stranger(server).get('/api/auth/get-session', bearer(await legacyJwt(id))),
};

/** Returns a new JWT at each call, because a JWT can be exchanged for one session only. */
export function legacyJwt(userId: string): Promise<string> {
  return new SignJWT({ sub: userId, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(LEGACY_SECRET));
}
