/** A session as the cookie holds it: the fields clients may see, and the configured additional fields. */
export interface CachedSession {
  readonly id: string;
  readonly userId: string;
  readonly token: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly ipAddress?: string | null;
  readonly userAgent?: string | null;
  readonly [field: string]: unknown;
}

/** A user as the cookie holds it. */
export interface CachedUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly image?: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly [field: string]: unknown;
}

/**
 * Content of the cookie `session_data` (src/cookies/protocol.md, "Session data"). The order of the fields
 * matters, because it is signed.
 */
export interface SessionData {
  readonly session: CachedSession;
  readonly user: CachedUser;
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
  readonly version?: string;
}

/** A session with its user from the domain. `additional` holds the configured additional fields by name. */
export interface IdentityRecord {
  readonly session: {
    readonly id: string;
    readonly userId: string;
    readonly token: string;
    readonly expiresAt: Date;
    readonly ipAddress: string | null;
    readonly userAgent: string | null;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly additional: Fields;
  };
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly emailVerified: boolean;
    readonly image: string | null;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly additional: Fields;
  };
}

/**
 * Content of the cookie for a session, without its version: the fields clients may see, in the protocol's order
 * (src/http/protocol.md, "Fields of a user and a session"; src/cookies/protocol.md, "Session data").
 */
export function sessionDataOf({ session, user }: IdentityRecord, now: number): SessionData {
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
  };
}

/** The content of a cookie that was opened. */
export interface OpenedSessionData {
  readonly data: SessionData;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Index of the secret that made the cookie. If above 0, write the cookie again with the current secret. */
  readonly secretIndex: number;
}

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNothing = (value: unknown) => value === undefined || value === null || isText(value);

/**
 * Session data from parsed JSON; undefined if a field is missing or has another type. A valid signature does not make
 * this check unnecessary, because the same secret signs other JWTs too (src/crypto/protocol.md, "Secrets").
 */
export function parseSessionData(value: unknown): SessionData | undefined {
  const { session, user, updatedAt, version } = fieldsOf(value);
  const parsedSession = parseSession(fieldsOf(session));
  const parsedUser = parseUser(fieldsOf(user));
  if (!parsedSession || !parsedUser || typeof updatedAt !== 'number') return undefined;
  if (version !== undefined && !isText(version)) return undefined;
  return { session: parsedSession, user: parsedUser, updatedAt, version };
}

function parseSession(session: Fields): CachedSession | undefined {
  const { id, userId, token, ipAddress, userAgent } = session;
  const dates = datesOf(session, ['expiresAt', 'createdAt', 'updatedAt']);
  const fits =
    isText(id) && isText(userId) && isText(token) && isTextOrNothing(ipAddress) && isTextOrNothing(userAgent);
  return fits && dates ? ({ ...session, ...dates } as unknown as CachedSession) : undefined;
}

function parseUser(user: Fields): CachedUser | undefined {
  const { id, name, email, emailVerified, image } = user;
  const dates = datesOf(user, ['createdAt', 'updatedAt']);
  const fits =
    isText(id) &&
    isText(name) &&
    isText(email) &&
    typeof emailVerified === 'boolean' &&
    isTextOrNothing(image);
  return fits && dates ? ({ ...user, ...dates } as unknown as CachedUser) : undefined;
}

/** Undefined unless every field is a date in ISO form. */
function datesOf(fields: Fields, names: readonly string[]): Record<string, Date> | undefined {
  const dates = names.map((name) => {
    const value = fields[name];
    return [name, isText(value) ? new Date(value) : new Date(NaN)] as const;
  });
  return dates.some(([, date]) => Number.isNaN(date.getTime())) ? undefined : Object.fromEntries(dates);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
