import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const SPKI = { type: 'spki', format: 'pem' } as const;
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;

/** Generates a key pair through PEM, because Node can hang for ever when it exports a freshly generated key as JWK. */
export function newKeyPair(algorithm: 'RS256' | 'ES256'): KeyPair {
  const made =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', {
          modulusLength: 2048,
          publicKeyEncoding: SPKI,
          privateKeyEncoding: PKCS8,
        })
      : generateKeyPairSync('ec', {
          namedCurve: 'P-256',
          publicKeyEncoding: SPKI,
          privateKeyEncoding: PKCS8,
        });
  return { publicKey: createPublicKey(made.publicKey), privateKey: createPrivateKey(made.privateKey) };
}
