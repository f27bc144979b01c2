import { returnedValues } from '../additional-fields/additional-input.js';
import type { Config } from '../config/config.js';
import type { SessionData } from '../cookies/session-data/session-data.js';
import type { Identity } from './session.js';

/**
 * Returns the session and user that a `session_data` cookie describes. A configured field that answers may no longer
 * contain is left out. A configured field that the cookie does not have yet is `null`.
 */
export function identityOf({ session, user }: SessionData, config: Config): Identity {
  return {
    session: {
      id: session.id,
      userId: session.userId,
      token: session.token,
      expiresAt: session.expiresAt,
      ipAddress: session.ipAddress ?? null,
      userAgent: session.userAgent ?? null,
      createdAt: session.createdAt,
      updatedAt: session.updatedAt,
      additional: returnedValues(config.session.additionalFields, ({ name }) => session[name]),
    },
    user: {
      id: user.id,
      name: user.name,
      email: user.email,
      emailVerified: user.emailVerified,
      image: user.image ?? null,
      createdAt: user.createdAt,
      updatedAt: user.updatedAt,
      additional: returnedValues(config.user.additionalFields, ({ name }) => user[name]),
    },
  };
}
