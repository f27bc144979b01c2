import { SignJWT } from 'jose';
import { SECRET } from '../setup/gatehouse.js';

/** The token of a verification mail, as Better Auth makes it (protocol.md §8). */
export function verificationToken(userId: string, email: string): Promise<string> {
  return new SignJWT({ email, userId })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
}
