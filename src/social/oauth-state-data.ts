/**
 * What the server remembers of a sign-in until its callback (src/social/protocol.md, "State"), in Better
 * Auth's form.
 */
export interface OAuthStateData {
  readonly callbackURL: string;
  readonly codeVerifier: string;
  readonly errorURL?: string | undefined;
  readonly newUserURL?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** If set, the callback links an account to this user and signs nobody in. */
  readonly link?: LinkTarget | undefined;
  readonly requestSignUp?: boolean | undefined;
  readonly idTokenNonce?: string | undefined;
  readonly oauthState?: string | undefined;
  /** The only provider that may complete the sign-in. Undefined if a better-auth server beside this one began it. */
  readonly providerId?: string | undefined;
}

export interface LinkTarget {
  readonly userId: string;
  readonly email: string;
  /** The token of the session that asked. The account is linked only if that session has not ended. */
  readonly encryptedSessionToken?: string | undefined;
}

const KINDS: Readonly<Record<keyof OAuthStateData, readonly string[]>> = {
  callbackURL: ['string'],
  codeVerifier: ['string'],
  errorURL: ['string', 'undefined'],
  newUserURL: ['string', 'undefined'],
  expiresAt: ['number'],
  link: ['object', 'undefined'],
  requestSignUp: ['boolean', 'undefined'],
  idTokenNonce: ['string', 'undefined'],
  oauthState: ['string', 'undefined'],
  providerId: ['string', 'undefined'],
};

/** @returns undefined if the text does not hold a state. */
export function parseStateData(text: string): OAuthStateData | undefined {
  const parsed = parse(text);
  if (!parsed) return undefined;
  const fits = Object.entries(KINDS).every(([name, kinds]) => kinds.includes(typeof parsed[name]));
  return fits && isLink(parsed['link']) ? (parsed as unknown as OAuthStateData) : undefined;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isLink(link: unknown): boolean {
  if (link === undefined) return true;
  const { userId, email } = (link ?? {}) as Partial<Record<keyof LinkTarget, unknown>>;
  return typeof userId === 'string' && typeof email === 'string';
}
