import type { JwtService } from '@nestjs/jwt';
import { SignJWT, type JWTPayload } from 'jose';
import type { KeyObject } from 'node:crypto';
import type { Algorithm } from './signing-key.js';

/**
 * Signs a JWT. `@nestjs/jwt` knows every algorithm but EdDSA, which `jose` signs. The header has only `alg` and `kid`, without
 * `typ`, as in Better Auth.
 */
export function signJwt(
  service: JwtService,
  claims: JWTPayload,
  { kid, alg, key }: { readonly kid: string; readonly alg: Algorithm; readonly key: KeyObject },
): Promise<string> {
  if (alg === 'EdDSA') return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key);
  return service.signAsync(claims, {
    algorithm: alg,
    privateKey: key,
    keyid: kid,
    header: { alg, typ: undefined },
  });
}
