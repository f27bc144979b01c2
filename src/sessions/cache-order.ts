import type { UserAnswer } from '../users/present-user.js';
import type { SessionAnswer } from './present-session.js';

/** What comes from the cookie cache has its fields in another order (protocol.md §1.1); additional ones stay behind these. */
export function sessionInCacheOrder(session: SessionAnswer): SessionAnswer {
  const { id, createdAt, updatedAt, userId, expiresAt, token, ipAddress, userAgent, ...rest } = session;
  return { id, createdAt, updatedAt, userId, expiresAt, token, ipAddress, userAgent, ...rest };
}

export function userInCacheOrder(user: UserAnswer): UserAnswer {
  const { id, createdAt, updatedAt, email, emailVerified, name, image, ...rest } = user;
  return { id, createdAt, updatedAt, email, emailVerified, name, image, ...rest };
}
