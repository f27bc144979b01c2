import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { openingSecrets } from '../../config/keyring.js';
import { decodeCookieValue } from '../../cookies/decode-cookie-value.js';
import { SignedValues } from '../../cookies/signed-value.js';
import { bearerOf, looksLikeJwt } from '../../http/bearer.js';
import type { CredentialReader, NamedSession, ShownCredentials } from '../../sessions/credentials.js';
import { openSignedToken } from '../../sessions/signed-token.js';
import { bearerOptions } from './bearer-options.js';

/**
 * Reads `Authorization: Bearer <session token>`. The token may be plain, as in answers, or signed, as in the session
 * cookie.
 */
@Injectable()
export class BearerCredential implements CredentialReader {
  private readonly signed: SignedValues;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.signed = new SignedValues(openingSecrets(config));
  }

  read({ authorization }: ShownCredentials): NamedSession | undefined {
    const bearer = bearerOf(authorization);
    if (bearer === undefined || looksLikeJwt(bearer)) return undefined;
    const decoded = decodeCookieValue(bearer);
    if (decoded.includes('.')) return openSignedToken(decoded, this.signed);
    if (bearerOptions.of(this.config).requireSignature) return undefined;
    return { key: { token: bearer }, cookies: 'keeps', secretIndex: 0 };
  }
}
