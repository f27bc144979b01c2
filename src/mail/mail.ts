/** What goes into the text of a mail, by the placeholder that it replaces. */
export interface MailValues {
  /** The user's. */
  readonly name: string;
  readonly [placeholder: string]: string | undefined;
}

export interface Mail {
  /** The name of a registered kind. */
  readonly kind: string;
  /** Address. */
  readonly to: string;
  /** The `Accept-Language` of the request that asks for it; undefined: English. */
  readonly language: string | undefined;
  readonly values: MailValues;
}
