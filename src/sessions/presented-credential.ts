import { decodeCookieValue } from '../cookies/decode-cookie-value.js';
import type { SignedValues } from '../cookies/signed-value.js';

/**
 * What a request shows for itself. A bearer comes before a cookie, and one that proves to be nothing is passed over as
 * if it were not there (protocol.md §11.1).
 */
export type PresentedCredential = PresentedToken | { readonly kind: 'jwt' };

export interface PresentedToken {
  readonly kind: 'token';
  readonly token: string;
  readonly via: 'cookie' | 'bearer';
  /** Not 0: signed by a secret that has since been rotated out. */
  readonly secretIndex: number;
}

export interface CredentialSettings {
  readonly signed: SignedValues;
  readonly requireSignature: boolean;
}

/** The scheme in any case, then one blank (protocol.md §11.1). */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer (.*)$/is.exec(authorization ?? '')?.[1]?.trim() || undefined;
}

/** Three segments, the first of them JSON: a JWT (RFC 7519 §3.1); a signed session token has one dot. */
export function looksLikeJwt(bearer: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(bearer);
}

export function bearerToken(bearer: string, settings: CredentialSettings): PresentedCredential | undefined {
  if (looksLikeJwt(bearer)) return { kind: 'jwt' };
  const decoded = decodeCookieValue(bearer);
  if (decoded.includes('.')) return opened(decoded, 'bearer', settings);
  return settings.requireSignature
    ? undefined
    : { kind: 'token', token: bearer, via: 'bearer', secretIndex: 0 };
}

export function cookieToken(
  raw: string | undefined,
  settings: CredentialSettings,
): PresentedToken | undefined {
  return raw === undefined ? undefined : opened(raw, 'cookie', settings);
}

function opened(value: string, via: 'cookie' | 'bearer', settings: CredentialSettings) {
  const { value: token, secretIndex } = settings.signed.open(value) ?? {};
  return token === undefined || secretIndex === undefined
    ? undefined
    : { kind: 'token' as const, token, via, secretIndex };
}
