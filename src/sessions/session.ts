import type { AdditionalValues } from '../additional-fields/additional-input.js';
import type { User } from '../users/user.js';

/** A session. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly token: string;
  readonly expiresAt: Date;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The configured fields that answers may contain, by field name. */
  readonly additional: AdditionalValues;
}

/** A session with its user. */
export interface Identity {
  readonly session: Session;
  readonly user: User;
}
