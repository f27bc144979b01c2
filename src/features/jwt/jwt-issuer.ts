import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { sha256Base64Url } from '../../crypto/sha256.js';
import { ALGORITHM } from './signing-key.js';
import { SigningKeys } from './signing-keys.js';
import { presentUser } from '../../users/present-user.js';
import { ExpiringMap } from '../../collections/expiring-map.js';
import { userInCacheOrder } from '../../sessions/cache-order.js';
import type { User } from '../../users/user.js';
import type { Identity } from '../../sessions/session.js';

type IssuedFor = Identity & { readonly fromDataCookie?: boolean };

/** Seconds after which a session that asks again is given another JWT, and for how many sessions that is kept. */
const REUSED_FOR = 60;
const REUSED = 5000;

export interface ReusedJwt {
  readonly jwt: string;
  /** Milliseconds since 1970. */
  readonly reusedUntil: number;
}

interface IssuedJwt extends ReusedJwt {
  readonly kid: string;
  /** Of what stands in it of the user: the text itself would take as much memory as half the JWT. */
  readonly digest: string;
}

/** Issues the JWT anyone can verify by `GET /jwks`; on this server it stands and falls with its session. */
@Injectable()
export class JwtIssuer {
  private readonly issued = new ExpiringMap<IssuedJwt>(REUSED);

  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeys,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Seconds for which a JWT issued now is good. */
  get expiresIn(): number {
    return this.config.jwt.expirationTime;
  }

  /** Every field of the user that may leave the server, or those that are configured. */
  private payloadOf(user: User, fromDataCookie = false): object {
    const { definePayload } = this.config.jwt;
    const answer = presentUser(user);
    const presented = Object.entries(fromDataCookie ? userInCacheOrder(answer) : answer);
    return Object.fromEntries(
      definePayload ? presented.filter(([name]) => definePayload.includes(name)) : presented,
    );
  }

  /**
   * For an answer that a client may ask for many times a minute: signing takes longer than all the rest of it. The JWT may
   * be one that was issued up to a minute ago, if the same would stand in it now.
   */
  async issueOrReuse(identity: IssuedFor): Promise<ReusedJwt> {
    const { id } = identity.session;
    const now = Date.now();
    const { kid } = await this.keys.signing();
    const digest = sha256Base64Url(JSON.stringify(this.payloadOf(identity.user, identity.fromDataCookie)));
    const recent = this.issued.get(id, now);
    if (recent?.kid === kid && recent.digest === digest) return recent;
    const jwt = await this.issue(identity);
    const reusedUntil = now + Math.min(REUSED_FOR, this.expiresIn / 10) * 1000;
    const issued = { jwt, reusedUntil, kid, digest };
    this.issued.set(id, issued, reusedUntil, now);
    return issued;
  }

  /** Claims in the order of protocol.md §11.2, `sid` besides. */
  async issue({ session, user, fromDataCookie }: IssuedFor): Promise<string> {
    const { kid, key } = await this.keys.signing();
    const { expirationTime, issuer = this.config.origin, audience = this.config.origin } = this.config.jwt;
    const issuedAt = Math.floor(Date.now() / 1000);
    const claims = {
      iat: issuedAt,
      ...this.payloadOf(user, fromDataCookie),
      sub: user.id,
      sid: session.id,
      exp: issuedAt + expirationTime,
      iss: issuer,
      aud: audience,
    };
    return this.jwt.signAsync(claims, {
      algorithm: ALGORITHM,
      privateKey: key,
      keyid: kid,
      // The header is `alg` and `kid` alone, as Better Auth's.
      header: { alg: ALGORITHM, typ: undefined },
    });
  }
}
