export const MAIL_KINDS = [
  'verify-email',
  'reset-password',
  'change-email-confirmation',
  'delete-account',
] as const;

export type MailKind = (typeof MAIL_KINDS)[number];

export interface MailValues {
  readonly name: string;
  /** What the mail is for: the link to follow. */
  readonly url: string;
  /** The address that is asked for, in `change-email-confirmation`. */
  readonly newEmail?: string;
}

export interface Mail {
  readonly kind: MailKind;
  /** Address. */
  readonly to: string;
  /** The `Accept-Language` of the request that asks for it; undefined: English. */
  readonly language: string | undefined;
  readonly values: MailValues;
}
