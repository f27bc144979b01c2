/** The values for the text of a mail, by placeholder. */
export interface MailValues {
  /** The name of the user. */
  readonly name: string;
  readonly [placeholder: string]: string | undefined;
}

export interface Mail {
  /** The name of a registered kind. */
  readonly kind: string;
  /** The address of the recipient. */
  readonly to: string;
  /** The `Accept-Language` header of the request that causes the mail. Undefined for English. */
  readonly language: string | undefined;
  readonly values: MailValues;
}
