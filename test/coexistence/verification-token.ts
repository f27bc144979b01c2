import { SignJWT } from 'jose';
import { SECRET } from '../setup/gatehouse.js';

/** Makes the token of a verification mail like Better Auth (src/crypto/protocol.md, "E-mail tokens"). */
export function verificationToken(userId: string, email: string): Promise<string> {
  return new SignJWT({ email, userId })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
}
