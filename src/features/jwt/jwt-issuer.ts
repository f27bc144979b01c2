import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { JWTPayload } from 'jose';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { sessionDataOf } from '../../cookies/session-data/session-data.js';
import { sha256Base64Url } from '../../crypto/sha256.js';
import { signJwt } from './sign-jwt.js';
import { jwtOptions } from './jwt-options.js';
import { SigningKeys } from './signing-keys.js';
import { presentUser } from '../../users/present-user.js';
import { ExpiringMap } from '../../collections/expiring-map.js';
import { LONGEST_HEADER } from '../../http/longest-header.js';
import { userInCacheOrder } from '../../sessions/cache-order.js';
import type { User } from '../../users/user.js';
import type { Identity } from '../../sessions/session.js';

type IssuedFor = Identity & { readonly hasDataCookie?: boolean };

/** Seconds for which a session gets the same JWT again. */
const REUSED_FOR = 60;
/** The number of sessions for which the server keeps the last JWT. */
const REUSED = 5000;

export interface ReusedJwt {
  readonly jwt: string;
  /** Milliseconds since 1970. */
  readonly reusedUntil: number;
}

interface IssuedJwt extends ReusedJwt {
  readonly kid: string;
  /** A hash of the user's claims. The claims themselves would need half as much memory as the JWT. */
  readonly digest: string;
}

interface AboutUser {
  readonly payload: object;
  /** May replace `exp`, `iss` and `aud`. Fields of the user may not. */
  readonly standard?: JWTPayload | undefined;
  readonly sub: string;
}

/**
 * Issues JWTs that other services verify with the keys of `GET /jwks`. This server accepts a JWT only while its session
 * lives.
 */
@Injectable()
export class JwtIssuer {
  private readonly issued = new ExpiringMap<IssuedJwt>(REUSED);

  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeys,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Lifetime of a new JWT in seconds. */
  get expiresIn(): number {
    return jwtOptions.of(this.config).jwt.expirationTime;
  }

  /** Returns the user's fields for the claims: those in `definePayload`, or else all that answers may contain. */
  private payloadOf(user: User, hasDataCookie = false): object {
    const { definePayload } = jwtOptions.of(this.config).jwt;
    const answer = presentUser(user);
    const presented = Object.entries(hasDataCookie ? userInCacheOrder(answer) : answer);
    return Object.fromEntries(
      definePayload ? presented.filter(([name]) => definePayload.includes(name)) : presented,
    );
  }

  /**
   * Returns a JWT that may be up to a minute old, if a new one would have the same claims about the user. It serves
   * get-session, which clients call many times a minute, because signing takes longer than the rest of that answer.
   */
  async issueOrReuse(identity: IssuedFor): Promise<ReusedJwt> {
    const now = Date.now();
    // A function may say something else each time.
    if (this.isDefined) return { jwt: await this.issue(identity), reusedUntil: now };
    const recent = await this.recent(identity);
    if (recent) return recent;
    const { kid } = await this.keys.signing();
    const digest = this.digestOf(identity);
    const jwt = await this.issue(identity);
    const reusedUntil = now + Math.min(REUSED_FOR, this.expiresIn / 10) * 1000;
    const issued = { jwt, reusedUntil, kid, digest };
    if (jwt.length <= LONGEST_HEADER) this.issued.set(identity.session.id, issued, reusedUntil, now);
    return issued;
  }

  /** The JWT that the session got in the last minute, if a new one would have the same claims about the user. */
  async recent(identity: IssuedFor): Promise<ReusedJwt | undefined> {
    const recent = this.issued.get(identity.session.id, Date.now());
    if (!recent) return undefined;
    const { kid } = await this.keys.signing();
    return recent.kid === kid && recent.digest === this.digestOf(identity) ? recent : undefined;
  }

  private digestOf({ user, hasDataCookie }: IssuedFor): string {
    return sha256Base64Url(JSON.stringify(this.payloadOf(user, hasDataCookie)));
  }

  /**
   * Signs a new JWT. The claims are in the order of src/features/jwt/protocol.md, "Claims", and `sid` is
   * added.
   */
  async issue(identity: IssuedFor): Promise<string> {
    const { session } = identity;
    const { payload, standard = {}, sub } = await this.aboutUser(identity);
    const key = await this.keys.signing();
    const {
      expirationTime,
      issuer = this.config.origin,
      audience = this.config.origin,
    } = jwtOptions.of(this.config).jwt;
    const issuedAt = Math.floor(Date.now() / 1000);
    const claims = {
      iat: issuedAt,
      ...payload,
      sub,
      sid: session.id,
      exp: standard.exp ?? issuedAt + expirationTime,
      iss: standard.iss ?? issuer,
      aud: standard.aud ?? audience,
    };
    return signJwt(this.jwt, claims, key);
  }

  /** True if functions of a module define the claims. */
  private get isDefined(): boolean {
    const { definePayload, getSubject } = this.config.plugins?.builtIn.jwt ?? {};
    return Boolean(definePayload ?? getSubject);
  }

  private async aboutUser(identity: IssuedFor): Promise<AboutUser> {
    const { user, hasDataCookie } = identity;
    const fields = () => this.payloadOf(user, hasDataCookie);
    if (!this.isDefined) return { payload: fields(), sub: user.id };
    const { definePayload, getSubject } = this.config.plugins?.builtIn.jwt ?? {};
    const asked = sessionDataOf(identity, Date.now()) as Parameters<NonNullable<typeof definePayload>>[0];
    const defined = await definePayload?.(asked);
    return {
      payload: definePayload ? (defined ?? {}) : fields(),
      standard: defined,
      sub: (await getSubject?.(asked)) ?? user.id,
    };
  }
}
