import { Injectable } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import passport from 'passport';
import { ExpiringMap } from '../collections/expiring-map.js';
import { SigningKeys } from '../jwks/signing-keys.js';
import { JWT, keyIdOf, type JwtIdentity, type VerifiedIdentity } from './jwt.strategy.js';

/** JWTs whose signature is not verified a second time. */
const KEPT = 5000;

interface Verified {
  readonly identity: JwtIdentity;
  readonly kid: string;
  readonly key: KeyObject;
}

/** Runs the passport strategy on a request, outside of Nest's guards, since also unguarded routes take a JWT. */
@Injectable()
export class JwtAuthenticator {
  private readonly verified = new ExpiringMap<Verified>(KEPT);

  constructor(private readonly keys: SigningKeys) {}

  /**
   * Undefined when the JWT is not one of ours, has expired or was tampered with. A client shows the same one many times, and
   * verifying takes as long as the rest of an answer: that one was good is kept until it expires or its key is another.
   */
  async authenticate(request: FastifyRequest, jwt: string): Promise<JwtIdentity | undefined> {
    const known = this.verified.get(jwt, Date.now());
    if (known && (await this.keys.verifying(known.kid)) === known.key) return known.identity;
    const kid = keyIdOf(jwt);
    const key = kid === undefined ? undefined : await this.keys.verifying(kid);
    if (kid === undefined || !key) return undefined;
    const verified = await this.verify(request);
    if (!verified) return undefined;
    const { sub, sid, exp } = verified;
    const identity = { sub, sid };
    if (exp !== undefined && (await this.keys.verifying(kid)) === key)
      this.verified.set(jwt, { identity, kid, key }, exp * 1000, Date.now());
    return identity;
  }

  private verify({ headers }: FastifyRequest): Promise<VerifiedIdentity | undefined> {
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
      run({ headers }, {}, reject);
    });
  }
}
