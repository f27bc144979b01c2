import { encryptionKeyOf } from '../encrypted-jwt.js';
import { openCompact, sealCompact } from './compact.js';
import { openEncryptedJwt, sealEncryptedJwt } from './encrypted-jwt.js';
import type { OpenedSessionData, SessionData } from './session-data.js';
import { openSignedJwt, sealSignedJwt, signingKeyOf } from './signed-jwt.js';

export type Strategy = 'compact' | 'jwt' | 'jwe';

/** Turns session data into a cookie value and back. */
export interface SessionDataCodec {
  /** Seconds that the data of a session that ends with the browser stays valid, because its cookie has no `Max-Age`. */
  readonly lifeUnremembered: number;
  /** @param expiresAt milliseconds since 1970. */
  seal(data: SessionData, expiresAt: number): Promise<string>;
  /** Undefined if no known secret made the value, or if it is damaged or of another strategy. Never rejects. */
  open(value: string): Promise<OpenedSessionData | undefined>;
}

type Secrets = readonly [string, ...string[]];

const CODECS: Readonly<Record<Strategy, (secrets: Secrets) => SessionDataCodec>> = {
  compact: (secrets) => ({
    lifeUnremembered: 60,
    seal: async (data, expiresAt) => sealCompact(data, expiresAt, secrets[0]),
    open: async (value) => openCompact(value, secrets),
  }),
  jwt(secrets) {
    const keys = secrets.map(signingKeyOf);
    const current = signingKeyOf(secrets[0]);
    return {
      lifeUnremembered: 300,
      seal: (data, expiresAt) => sealSignedJwt(data, expiresAt, current),
      open: (value) => openSignedJwt(value, keys),
    };
  },
  jwe(secrets) {
    const keys = secrets.map((secret) => encryptionKeyOf(secret));
    const current = encryptionKeyOf(secrets[0]);
    return {
      lifeUnremembered: 300,
      seal: (data, expiresAt) => sealEncryptedJwt(data, expiresAt, current),
      open: (value) => openEncryptedJwt(value, keys),
    };
  },
};

/**
 * Derives the keys once.
 * @param secrets the current secret first. It signs or encrypts; every secret can open.
 */
export const sessionDataCodec = (strategy: Strategy, secrets: Secrets): SessionDataCodec =>
  CODECS[strategy](secrets);
