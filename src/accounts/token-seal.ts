import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { encryptionKeyOf, keyringOf } from '../config/keyring.js';
import { DecryptionError } from '../crypto/decryption-error.js';
import { decrypt, encrypt, looksEncrypted } from '../crypto/symmetric-encryption.js';

/** Providers' access and refresh tokens as they lie in the database: sealed with `account.encryptOAuthTokens` (protocol.md §12). */
@Injectable()
export class TokenSeal {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  seal(token: string): string {
    return this.config.account.encryptOAuthTokens ? encrypt(token, encryptionKeyOf(this.config)) : token;
  }

  /**
   * What is stored, whether it was before sealing was switched on or before it was switched off. Better Auth then takes
   * a ciphertext for a token, and a token of the provider's that is hex for a ciphertext.
   * @throws {DecryptionError} for what was sealed under a secret that is gone.
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
