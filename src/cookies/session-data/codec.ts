import { encryptionKeyOf } from '../encrypted-jwt.js';
import { openCompact, sealCompact } from './compact.js';
import { openEncryptedJwt, sealEncryptedJwt } from './encrypted-jwt.js';
import type { OpenedSessionData, SessionData } from './session-data.js';
import { openSignedJwt, sealSignedJwt, signingKeyOf } from './signed-jwt.js';

export type Strategy = 'compact' | 'jwt' | 'jwe';

/** How session data becomes the value of a cookie, and back. */
export interface SessionDataCodec {
  /** Seconds for which data of a session that ends with the browser is good: it has no `Max-Age` to tell. */
  readonly lifeUnremembered: number;
  /** @param expiresAt milliseconds. */
  seal(data: SessionData, expiresAt: number): Promise<string>;
  /** Undefined for anything that is not ours, whole and of this strategy. Never rejects. */
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
 * Keys are derived here once.
 * @param secrets the current one first; it seals, all of them open.
 */
export const sessionDataCodec = (strategy: Strategy, secrets: Secrets): SessionDataCodec =>
  CODECS[strategy](secrets);
