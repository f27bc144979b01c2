import { Injectable } from '@nestjs/common';
import { bearerOf, looksLikeJwt } from '../http/bearer.js';
import type { CredentialReader, NamedSession, ShownCredentials } from '../sessions/credentials.js';
import { LegacyTokenExchange } from './legacy-token-exchange.js';

/** Reads a JWT of the legacy application. The client is to keep the session that the JWT is exchanged for. */
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
