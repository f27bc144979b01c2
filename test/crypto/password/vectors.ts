import { readFileSync } from 'node:fs';

/** A hash that the named program made, or that its documentation publishes. */
export interface Vector {
  readonly format: string;
  readonly origin: string;
  readonly password: string;
  readonly hash: string;
  readonly pepper?: string;
  readonly firebaseSignerKey?: string;
}

export const VECTORS = JSON.parse(
  readFileSync('test/crypto/password/vectors.json', 'utf8'),
) as readonly Vector[];
