/** Limits of sessions besides Better Auth's options. Undefined: no limit. */
export interface SessionLimits {
  /** When a user signs in once more, the oldest session ends. */
  readonly maxPerUser: number | undefined;
  /** Seconds from the sign-in. No use of the session extends it. */
  readonly absolute: number | undefined;
  /** Seconds from the last recorded use. */
  readonly idle: number | undefined;
}

interface Values {
  readonly SECURITY_PROFILE?: 'compatible' | 'strict';
  readonly SESSION_MAX_PER_USER?: number;
  readonly SESSION_ABSOLUTE_LIFETIME?: number;
  readonly SESSION_IDLE_LIFETIME?: number;
}

/** The defaults under `SECURITY_PROFILE=strict`: 20 sessions, 30 days, 3 days. */
const STRICT = { maxPerUser: 20, absolute: 2_592_000, idle: 259_200 };

/** 0 means no limit, so that an operator can switch off one limit of the profile `strict`. */
export function sessionLimitsFrom(values: Values): SessionLimits {
  const limit = (given: number | undefined, strict: number) =>
    (given ?? (values.SECURITY_PROFILE === 'strict' ? strict : 0)) || undefined;
  return {
    maxPerUser: limit(values.SESSION_MAX_PER_USER, STRICT.maxPerUser),
    absolute: limit(values.SESSION_ABSOLUTE_LIFETIME, STRICT.absolute),
    idle: limit(values.SESSION_IDLE_LIFETIME, STRICT.idle),
  };
}
