import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy, type SecretOrKeyProvider } from 'passport-jwt';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { jwtOptions } from './jwt-options.js';
import type { Algorithm } from './signing-key.js';
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

/** The algorithms of our keys that `passport-jwt` verifies. */
export const PASSPORT_ALGORITHMS: Exclude<Algorithm, 'EdDSA'>[] = ['ES256', 'ES512', 'PS256', 'RS256'];

/** Verifies a JWT of this server: signature by `kid`, algorithm, issuer, audience and times (RFC 7519 §7.2). */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, JWT) {
  constructor(keys: SigningKeys, @Inject(CONFIG) config: Config) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: keyProvider(keys),
      algorithms: PASSPORT_ALGORITHMS,
      issuer: jwtOptions.of(config).jwt.issuer ?? config.origin,
      audience: jwtOptions.of(config).jwt.audience ?? config.origin,
    });
  }

  validate(claims: Claims): VerifiedIdentity | false {
    return identityIn(claims) ?? false;
  }
}

/** What a JWT may contain. `azp` and `client_id` name the client to which the plugin `oauth-provider` gave the token. */
type Claims = Partial<VerifiedIdentity> & { readonly azp?: unknown; readonly client_id?: unknown };

/**
 * @returns undefined if the JWT names no session, or is for an OAuth client. Such a token has the same key, and opens what
 *   the user allowed the client, not the session.
 */
export function identityIn({ sub, sid, exp, azp, client_id }: Claims): VerifiedIdentity | undefined {
  if (azp !== undefined || client_id !== undefined) return undefined;
  return typeof sub === 'string' && typeof sid === 'string' ? { sub, sid, exp } : undefined;
}

function keyProvider(keys: SigningKeys): SecretOrKeyProvider {
  return (_request, jwt: string, done) => {
    const { kid } = headerOf(jwt);
    if (kid === undefined) return done(null, undefined);
    keys.verifying(kid).then(
      (found) => done(null, found?.key.export({ type: 'spki', format: 'pem' })),
      (error: unknown) => done(error),
    );
  };
}

/** Returns `kid` and `alg` in the header of the JWT. Each is undefined if it is missing or the text is not a JWT. */
export function headerOf(jwt: string): { kid?: string | undefined; alg?: string | undefined } {
  try {
    const header: unknown = JSON.parse(Buffer.from(jwt.split('.', 1)[0] ?? '', 'base64url').toString());
    const { kid, alg } = (header ?? {}) as { kid?: unknown; alg?: unknown };
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    return { kid: text(kid), alg: text(alg) };
  } catch {
    return {};
  }
}
