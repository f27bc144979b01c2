import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const SPKI = { type: 'spki', format: 'pem' } as const;
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;

/** Read back from what was generated, which may lock Node up for good when it is exported as a JWK. */
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
