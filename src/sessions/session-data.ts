import { returnedValues } from '../additional-fields/additional-input.js';
import type { Config } from '../config/config.js';
import type { SessionData } from '../cookies/session-data/session-data.js';
import type { Identity } from './session.js';

/** What the cache says of somebody: what leaves the server, in the protocol's order (protocol.md §1.1, §2.4). */
export function dataOf({ session, user }: Identity, version: string, now: number): SessionData {
  return {
    session: {
      expiresAt: session.expiresAt,
      token: session.token,
      createdAt: session.createdAt,
      updatedAt: session.updatedAt,
      ipAddress: session.ipAddress ?? '',
      userAgent: session.userAgent ?? '',
      userId: session.userId,
      ...session.additional,
      id: session.id,
    },
    user: {
      name: user.name,
      email: user.email,
      emailVerified: user.emailVerified,
      image: user.image,
      createdAt: user.createdAt,
      updatedAt: user.updatedAt,
      ...user.additional,
      id: user.id,
    },
    updatedAt: now,
    version,
  };
}

/** The way back. A configured field that may not leave the server any more stays out, one that is new is `null`. */
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
