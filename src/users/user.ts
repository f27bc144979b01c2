import type { AdditionalValues } from '../additional-fields/additional-input.js';

/** A user, in the form that all parts of the server use. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly image: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The configured fields that may appear in answers, by field name. */
  readonly additional: AdditionalValues;
}
