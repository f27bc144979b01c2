import type { UserAnswer } from '../users/present-user.js';
import type { SessionAnswer } from './present-session.js';

/**
 * Answers from the session data cookie have their fields in this order
 * (src/http/protocol.md, "Fields of a user and a session"). Additional fields come last.
 */
export function sessionInCacheOrder(session: SessionAnswer): SessionAnswer {
  const { id, createdAt, updatedAt, userId, expiresAt, token, ipAddress, userAgent, ...rest } = session;
  return { id, createdAt, updatedAt, userId, expiresAt, token, ipAddress, userAgent, ...rest };
}

export function userInCacheOrder(user: UserAnswer): UserAnswer {
  const { id, createdAt, updatedAt, email, emailVerified, name, image, ...rest } = user;
  return { id, createdAt, updatedAt, email, emailVerified, name, image, ...rest };
}
