import { Injectable } from '@nestjs/common';
import { bearerOf, looksLikeJwt } from '../http/bearer.js';
import type { CredentialReader, NamedSession, ShownCredentials } from '../sessions/credentials.js';
import { LegacyTokenExchange } from './legacy-token-exchange.js';

/** Exchanges a legacy JWT in `Authorization: Bearer` for a session, whose cookie the answer sets. */
@Injectable()
export class LegacyJwtCredential implements CredentialReader {
  constructor(private readonly exchange: LegacyTokenExchange) {}

  async read({ authorization, client }: ShownCredentials): Promise<NamedSession | undefined> {
    const bearer = bearerOf(authorization);
    if (bearer === undefined || !looksLikeJwt(bearer)) return undefined;
    const session = await this.exchange.execute(bearer, client);
    return session && { key: { id: session.id }, userId: session.userId, cookies: 'starts', secretIndex: 0 };
  }
}
