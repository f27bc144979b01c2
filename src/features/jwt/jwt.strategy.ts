import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy, type SecretOrKeyProvider } from 'passport-jwt';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { ALGORITHM } from './signing-key.js';
import { jwtOptions } from './jwt-options.js';
import { SigningKeys } from './signing-keys.js';

/** The claims that identify a session: `sub` is the id of the user, and `sid` is the id of the session. */
export interface JwtIdentity {
  readonly sub: string;
  readonly sid: string;
}

/** The identity and the expiry in a verified JWT. */
export interface VerifiedIdentity extends JwtIdentity {
  /** Seconds since 1970. */
  readonly exp: number | undefined;
}

export const JWT = 'jwt';

/** Verifies a JWT of this server: signature by `kid`, algorithm, issuer, audience and times (RFC 7519 §7.2). */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, JWT) {
  constructor(keys: SigningKeys, @Inject(CONFIG) config: Config) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: keyProvider(keys),
      algorithms: [ALGORITHM],
      issuer: jwtOptions.of(config).jwt.issuer ?? config.origin,
      audience: jwtOptions.of(config).jwt.audience ?? config.origin,
    });
  }

  validate({ sub, sid, exp }: Partial<VerifiedIdentity>): VerifiedIdentity | false {
    return typeof sub === 'string' && typeof sid === 'string' ? { sub, sid, exp } : false;
  }
}

function keyProvider(keys: SigningKeys): SecretOrKeyProvider {
  return (_request, jwt: string, done) => {
    const kid = keyIdOf(jwt);
    if (kid === undefined) return done(null, undefined);
    keys.verifying(kid).then(
      (key) => done(null, key?.export({ type: 'spki', format: 'pem' })),
      (error: unknown) => done(error),
    );
  };
}

/** Returns the `kid` in the header of the JWT, or undefined if there is none or the text is not a JWT. */
export function keyIdOf(jwt: string): string | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(jwt.split('.', 1)[0] ?? '', 'base64url').toString());
    const { kid } = (header ?? {}) as { kid?: unknown };
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}
