/** A ciphertext that no known secret opens: damaged, forged, or its secret was retired. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
}
