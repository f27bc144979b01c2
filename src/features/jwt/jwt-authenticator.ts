import { Inject, Injectable } from '@nestjs/common';
import { jwtVerify } from 'jose';
import passport from 'passport';
import { ExpiringMap } from '../../collections/expiring-map.js';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { jwtOptions } from './jwt-options.js';
import { SigningKeys, type VerifyingKey } from './signing-keys.js';
import { JWT, headerOf, identityIn, type JwtIdentity, type VerifiedIdentity } from './jwt.strategy.js';

/** The number of verified JWTs that the server remembers. */
const KEPT = 5000;
/** Characters. A longer JWT is verified each time, so that the memory for all of them has a limit. */
const LONGEST_KEPT = 4096;

interface Verified {
  readonly identity: JwtIdentity;
  readonly kid: string;
  readonly key: VerifyingKey;
}

/** Runs the passport strategy outside of Nest's guards, because public routes read JWTs too. */
@Injectable()
export class JwtAuthenticator {
  private readonly verified = new ExpiringMap<Verified>(KEPT);

  constructor(
    private readonly keys: SigningKeys,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Verifies a JWT and remembers the result until the JWT expires or its key changes, because clients send the same JWT
   * many times and verifying it takes as long as the rest of the answer.
   * @returns undefined if another issuer signed the JWT, if it was changed, or if it has expired.
   */
  async authenticate(jwt: string): Promise<JwtIdentity | undefined> {
    const known = this.verified.get(jwt, Date.now());
    if (known && (await this.keys.verifying(known.kid)) === known.key) return known.identity;
    const { kid, alg } = headerOf(jwt);
    const key = kid === undefined ? undefined : await this.keys.verifying(kid);
    // An RSA key fits two algorithms, so the header has to name that of the key.
    if (kid === undefined || !key || alg !== key.alg) return undefined;
    const verified = alg === 'EdDSA' ? await this.verifyEdDsa(jwt, key) : await this.verify(jwt);
    if (!verified) return undefined;
    const { sub, sid, exp } = verified;
    const identity = { sub, sid };
    if (exp !== undefined && jwt.length <= LONGEST_KEPT && (await this.keys.verifying(kid)) === key)
      this.verified.set(jwt, { identity, kid, key }, exp * 1000, Date.now());
    return identity;
  }

  /** The same checks as in the strategy, which does not know this algorithm. */
  private async verifyEdDsa(jwt: string, { key }: VerifyingKey): Promise<VerifiedIdentity | undefined> {
    const { issuer, audience } = jwtOptions.of(this.config).jwt;
    const { origin } = this.config;
    const claims = { algorithms: ['EdDSA'], issuer: issuer ?? origin, audience: audience ?? origin };
    try {
      return identityIn((await jwtVerify<VerifiedIdentity>(jwt, key, claims)).payload);
    } catch {
      return undefined;
    }
  }

  private verify(jwt: string): Promise<VerifiedIdentity | undefined> {
    return new Promise((resolve, reject) => {
      const decide = (error: unknown, identity: VerifiedIdentity | false | undefined) => {
        if (error) reject(error);
        else resolve(identity || undefined);
      };
      const run = passport.authenticate(JWT, { session: false }, decide) as (
        request: unknown,
        response: unknown,
        next: (error?: unknown) => void,
      ) => void;
      run({ headers: { authorization: `Bearer ${jwt}` } }, {}, reject);
    });
  }
}
