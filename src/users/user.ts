import type { AdditionalValues } from '../additional-fields/additional-input.js';

/** A user as every part of the server knows one. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly image: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The configured fields that may leave the server, by field name. */
  readonly additional: AdditionalValues;
}
