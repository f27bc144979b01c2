/** No known secret opens a ciphertext: it is damaged or forged, or its secret was removed from the configuration. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
}
