import { Inject, Injectable } from '@nestjs/common';
import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import type { Config } from '../config/config.js';
import type { LegacyJwtConfig } from '../config/legacy-jwt-config.js';
import { CONFIG } from '../config/config.module.js';
import { sha256Base64Url } from '../crypto/sha256.js';
import { Logger } from '../logging/logger.js';
import { foreignPurpose } from './token-purpose.js';

/** The user that a JWT of the legacy application names. */
export interface LegacyIdentity {
  /** SHA-256 of the signed part. Excludes the signature, because one signature can be spelled in several ways. */
  readonly digest: string;
  readonly userId: string | undefined;
  /** Undefined if the token has a user id. */
  readonly email: string | undefined;
  /** Time of the sign-in at the legacy application, in seconds since 1970. */
  readonly issuedAt: number | undefined;
}

const SYMMETRIC = ['HS256', 'HS384', 'HS512'];
const ASYMMETRIC = ['RS256', 'ES256'];
/** Seconds by which the clock of the legacy application may be ahead of ours. */
const CLOCK_SKEW = 5;
/** The server explains at most so many refusals in its log, because every token could have another value. */
const EXPLAINED = 10;

/** LEGACY_JWT_JWKS_URL does not answer, or its answer contains no keys. */
class KeysUnavailable extends Error {}

const REFUSALS = [
  KeysUnavailable,
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
];

const KEYS_ARE_THERE = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
const KEYS_MISSING =
  'LEGACY_JWT_JWKS_URL returns no keys, so JWTs of the legacy application are refused. Check that URL.';

type Verify = (jwt: string) => Promise<JWTPayload>;

/**
 * Verifies a JWT of the legacy application: signature, times, purpose, issuer, audience (RFC 7519 §7.2). The kind of key decides the
 * allowed algorithms, not the token (RFC 8725 §3.1).
 */
@Injectable()
export class LegacyJwtVerifier {
  private readonly settings: LegacyJwtConfig;
  private readonly verifiers = new Map<string, Verify>();
  private keysAreMissing = false;
  private readonly explained = new Set<string>();

  constructor(
    @Inject(CONFIG) { legacyJwt }: Config,
    private readonly logger: Logger,
  ) {
    this.settings = legacyJwt;
    const { secret, jwksUrl } = legacyJwt;
    if (secret) {
      const key = new TextEncoder().encode(secret);
      for (const alg of SYMMETRIC) this.verifiers.set(alg, (jwt) => this.check(jwt, key, alg));
    }
    if (jwksUrl) {
      const keys = this.published(jwksUrl);
      for (const alg of ASYMMETRIC) this.verifiers.set(alg, (jwt) => this.checkByKeys(jwt, keys, alg));
    }
  }

  /** Undefined if the JWT is malformed, expired, forged or for another purpose, or if its key is unknown or cannot be fetched. */
  async verify(jwt: string): Promise<LegacyIdentity | undefined> {
    if (this.verifiers.size === 0) return undefined;
    try {
      const verify = this.verifiers.get(decodeProtectedHeader(jwt).alg ?? '');
      return verify && this.identityOf(jwt, await verify(jwt));
    } catch (error) {
      if (error instanceof TypeError && error.message === 'Invalid Token or Protected Header formatting')
        return undefined;
      if (REFUSALS.some((refusal) => error instanceof refusal)) return undefined;
      throw error;
    }
  }

  /** Keeps the fetched keys for ten minutes, so that short outages have no effect. Logs the start and the end of an outage. */
  private published(url: string): JWTVerifyGetKey {
    const keys = createRemoteJWKSet(new URL(url));
    return async (header, token) => {
      try {
        const key = await keys(header, token);
        if (this.keysAreMissing) this.logger.warn('LEGACY_JWT_JWKS_URL returns keys again');
        this.keysAreMissing = false;
        return key;
      } catch (error) {
        if (KEYS_ARE_THERE.some((kind) => error instanceof kind)) throw error;
        if (!this.keysAreMissing) this.logger.warn(KEYS_MISSING);
        this.keysAreMissing = true;
        throw new KeysUnavailable();
      }
    };
  }

  private async check(
    jwt: string,
    key: Parameters<typeof jwtVerify>[1] | Uint8Array,
    alg: string,
  ): Promise<JWTPayload> {
    const { issuer, audience } = this.settings;
    const { payload, protectedHeader } = await jwtVerify(jwt, key as Uint8Array, {
      algorithms: [alg],
      issuer,
      audience,
      clockTolerance: CLOCK_SKEW,
    });
    this.requireTimes(payload);
    this.requirePurpose(payload, protectedHeader);
    // RFC 7519 §4.1.3: the token is for somebody else, for example a link that verifies an e-mail.
    if (payload.aud !== undefined && audience === undefined)
      throw new errors.JWTClaimValidationFailed('unexpected "aud" claim', payload, 'aud', 'check_failed');
    return payload;
  }

  /** A token without `exp` would be valid for ever. The tolerance for clocks is only for `nbf` and `iat`. */
  private requireTimes(payload: JWTPayload): void {
    const { exp, iat } = payload;
    const now = Math.floor(Date.now() / 1000);
    if (exp === undefined) {
      this.explain('it has no claim exp');
      throw new errors.JWTClaimValidationFailed('missing "exp" claim', payload, 'exp', 'missing');
    }
    if (exp <= now) throw new errors.JWTExpired('"exp" claim timestamp check failed', payload, 'exp');
    if (iat !== undefined && iat > now + CLOCK_SKEW)
      throw new errors.JWTClaimValidationFailed('"iat" is in the future', payload, 'iat', 'check_failed');
  }

  private requirePurpose(payload: JWTPayload, header: JWTHeaderParameters): void {
    const foreign = foreignPurpose(payload, header, this.settings.types);
    if (!foreign) return;
    const { claim, value } = foreign;
    const shown = JSON.stringify(value.slice(0, 40));
    this.explain(
      `its ${claim} is ${shown}. If such tokens are for requests, add that value to LEGACY_JWT_TYPES`,
    );
    throw new errors.JWTClaimValidationFailed('another purpose', payload, claim, 'check_failed');
  }

  private explain(reason: string): void {
    if (this.explained.has(reason) || this.explained.size >= EXPLAINED) return;
    this.explained.add(reason);
    this.logger.warn(`A JWT of the legacy application was refused, because ${reason}`);
  }

  /** If the token does not name its key, tries each key that fits. */
  private async checkByKeys(jwt: string, keys: JWTVerifyGetKey, alg: string): Promise<JWTPayload> {
    try {
      return await this.check(jwt, keys, alg);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      for await (const key of error) {
        try {
          return await this.check(jwt, key, alg);
        } catch (failure) {
          if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }

  private identityOf(jwt: string, payload: JWTPayload): LegacyIdentity | undefined {
    const { subjectClaim, emailClaim } = this.settings;
    const userId = subjectClaim === emailClaim ? undefined : textOf(payload[subjectClaim]);
    const email = userId === undefined && emailClaim ? textOf(payload[emailClaim]) : undefined;
    if (userId === undefined && email === undefined) return undefined;
    const digest = sha256Base64Url(jwt.slice(0, jwt.lastIndexOf('.')));
    return { digest, userId, email, issuedAt: payload.iat };
  }
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' || typeof claim === 'number' ? String(claim) : undefined;
}
