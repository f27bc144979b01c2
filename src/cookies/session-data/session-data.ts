/** A session as it stands in the cache: what leaves the server of it, fields from the configuration besides. */
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

/** A user as it stands in the cache. */
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

/** What the cookie `session_data` says (protocol.md §2.4), in the order in which it is signed. */
export interface SessionData {
  readonly session: CachedSession;
  readonly user: CachedUser;
  /** Milliseconds. */
  readonly updatedAt: number;
  readonly version?: string;
}

/** A session with its user as the domain knows them, configured fields by name under `additional`. */
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

/** What the cookie says of a session: the fields that leave the server, in the protocol's order (protocol.md §1.1, §2.4). */
export function sessionDataOf({ session, user }: IdentityRecord, version: string, now: number): SessionData {
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

/** A cookie that was opened: its content, until when it holds, and which of the secrets made it. */
export interface OpenedSessionData {
  readonly data: SessionData;
  /** Milliseconds. */
  readonly expiresAt: number;
  /** Above 0: it is time to seal anew. */
  readonly secretIndex: number;
}

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNothing = (value: unknown) => value === undefined || value === null || isText(value);

/**
 * Parsed JSON as session data; undefined when a field is missing or of another type. A signature that fits does not
 * spare this: other JWTs are signed by the same secret (protocol.md §12).
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

/** Undefined unless every one of them is a date in ISO form. */
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
