import { Inject, Injectable } from '@nestjs/common';
import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import type { Config, LegacyJwtConfig } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { sha256Base64Url } from '../crypto/sha256.js';
import { Logger } from '../logging/logger.js';

/** Whom a JWT of the legacy application names. */
export interface LegacyIdentity {
  /** Of all that is signed, so that another spelling of the signature is no other token. */
  readonly digest: string;
  readonly userId: string | undefined;
  /** Only where the token carries no id. */
  readonly email: string | undefined;
  /** When they signed in there, in seconds since 1970. */
  readonly issuedAt: number | undefined;
}

const SYMMETRIC = ['HS256'];
const ASYMMETRIC = ['RS256', 'ES256'];

/** Whoever publishes the keys is not to be reached, or publishes none. */
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
  'the keys of the legacy application cannot be fetched; its tokens are refused until they can';

type Verify = (jwt: string) => Promise<JWTPayload>;

/**
 * Verifies a JWT of the legacy application: signature, times, issuer, audience (RFC 7519 §7.2). Which algorithms a key may
 * be used with is said here and not by the token (RFC 8725 §3.1).
 */
@Injectable()
export class LegacyJwtVerifier {
  private readonly settings: LegacyJwtConfig;
  private readonly verifiers = new Map<string, Verify>();
  private keysAreMissing = false;

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

  /** Undefined when it is none, has expired, was tampered with, or its key is not known and cannot be fetched. */
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

  /** Kept for ten minutes, so that a short outage is not noticed. One is logged, and again when it is over. */
  private published(url: string): JWTVerifyGetKey {
    const keys = createRemoteJWKSet(new URL(url));
    return async (header, token) => {
      try {
        const key = await keys(header, token);
        if (this.keysAreMissing) this.logger.warn('the keys of the legacy application are there again');
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
    const { payload } = await jwtVerify(jwt, key as Uint8Array, { algorithms: [alg], issuer, audience });
    // RFC 7519 §4.1.3: whom it is for is said, and it is not us. A link to verify an e-mail may be such a token.
    if (payload.aud !== undefined && audience === undefined)
      throw new errors.JWTClaimValidationFailed('unexpected "aud" claim', payload, 'aud', 'check_failed');
    return payload;
  }

  /** A token need not say which key signed it; then each that may have is tried. */
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
