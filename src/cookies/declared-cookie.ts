/** A cookie that a feature owns. */
export interface DeclaredCookie {
  /** The logical name: the part of the cookie's name after prefix and dot. */
  readonly name: string;
  /** Seconds; without it the cookie ends with the browser. */
  readonly maxAge?: number;
}
