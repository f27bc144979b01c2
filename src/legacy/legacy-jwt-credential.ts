import { Injectable } from '@nestjs/common';
import { bearerOf, looksLikeJwt } from '../http/bearer.js';
import type { CredentialReader, NamedSession, ShownCredentials } from '../sessions/credentials.js';
import { LegacyTokenExchange } from './legacy-token-exchange.js';

/** Exchanges a legacy JWT in `Authorization: Bearer` for a session, whose cookie the answer sets. */
@Injectable()
export class LegacyJwtCredential implements CredentialReader {
  constructor(private readonly exchange: LegacyTokenExchange) {}

  /** Reads `client` last, because its address is computed only then, and few requests have a JWT. */
  async read(shown: ShownCredentials): Promise<NamedSession | undefined> {
    const bearer = bearerOf(shown.authorization);
    if (bearer === undefined || !looksLikeJwt(bearer)) return undefined;
    const session = await this.exchange.execute(bearer, shown.client);
    return session && { key: { id: session.id }, userId: session.userId, cookies: 'starts', secretIndex: 0 };
  }
}
