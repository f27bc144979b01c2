import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { encryptionKeyOf, keyringOf } from '../config/keyring.js';
import { DecryptionError } from '../crypto/decryption-error.js';
import { decrypt, encrypt, looksEncrypted } from '../crypto/symmetric-encryption.js';

/**
 * Encrypts access and refresh tokens for the database if `account.encryptOAuthTokens` is set
 * (src/crypto/protocol.md, "Encryption").
 */
@Injectable()
export class TokenSeal {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  seal(token: string): string {
    return this.config.account.encryptOAuthTokens ? encrypt(token, encryptionKeyOf(this.config)) : token;
  }

  /**
   * Opens a stored token whether it is encrypted or not, because the setting may have changed since it was written.
   * Better Auth gets two cases wrong: it uses a ciphertext as a token, and it takes a provider's hexadecimal token for a
   * ciphertext.
   * @throws {DecryptionError} if the secret that encrypted the token is no longer configured.
   */
  open(stored: string): string {
    if (!looksEncrypted(stored)) return stored;
    try {
      return decrypt(stored, keyringOf(this.config));
    } catch (error) {
      const mayBeToken = !this.config.account.encryptOAuthTokens && !stored.startsWith('$ba$');
      if (mayBeToken && error instanceof DecryptionError) return stored;
      throw error;
    }
  }
}
