/** Settings for JWTs of the legacy application. Without `secret` and `jwksUrl` the server accepts none of them. */
export interface LegacyJwtConfig {
  readonly secret: string | undefined;
  readonly jwksUrl: string | undefined;
  readonly subjectClaim: string;
  readonly emailClaim: string | undefined;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  /** Values of claims such as `type` that legacy JWTs may have, besides the usual ones. */
  readonly types: readonly string[];
}

interface Values {
  readonly LEGACY_JWT_SECRET?: string;
  readonly LEGACY_JWT_JWKS_URL?: string;
  readonly LEGACY_JWT_SUBJECT_CLAIM?: string;
  readonly LEGACY_JWT_EMAIL_CLAIM?: string;
  readonly LEGACY_JWT_ISSUER?: string;
  readonly LEGACY_JWT_AUDIENCE?: string;
  readonly LEGACY_JWT_TYPES?: readonly string[];
}

export function legacyJwtFrom(values: Values): LegacyJwtConfig {
  return {
    secret: values.LEGACY_JWT_SECRET,
    jwksUrl: values.LEGACY_JWT_JWKS_URL,
    subjectClaim: values.LEGACY_JWT_SUBJECT_CLAIM ?? 'sub',
    emailClaim: values.LEGACY_JWT_EMAIL_CLAIM,
    issuer: values.LEGACY_JWT_ISSUER,
    audience: values.LEGACY_JWT_AUDIENCE,
    types: values.LEGACY_JWT_TYPES ?? [],
  };
}
