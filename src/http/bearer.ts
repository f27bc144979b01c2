/** The credential after `Bearer`. The scheme may be in any case (RFC 9110 §11.1); one space follows it. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer (.*)$/is.exec(authorization ?? '')?.[1]?.trim() || undefined;
}

/** Three segments, the first of them JSON: a JWT (RFC 7519 §3.1). A signed session token has one dot. */
export function looksLikeJwt(bearer: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(bearer);
}
