import { Injectable } from '@nestjs/common';
import { bearerOf, looksLikeJwt } from '../../http/bearer.js';
import type { CredentialReader, NamedSession, ShownCredentials } from '../../sessions/credentials.js';
import type { Identity } from '../../sessions/session.js';
import { JwtAuthenticator } from './jwt-authenticator.js';
import { JwtIssuer } from './jwt-issuer.js';

/** Reads `Authorization: Bearer <JWT>`. A JWT of this server names a session and its user. */
@Injectable()
export class JwtCredential implements CredentialReader {
  constructor(
    private readonly authenticator: JwtAuthenticator,
    private readonly issuer: JwtIssuer,
  ) {}

  async read({ authorization }: ShownCredentials): Promise<NamedSession | undefined> {
    const bearer = bearerOf(authorization);
    if (bearer === undefined || !looksLikeJwt(bearer)) return undefined;
    const identity = await this.authenticator.authenticate(bearer);
    if (!identity) return undefined;
    const jwt = { text: bearer, issueFor: (other: Identity) => this.issuer.issue(other) };
    return { key: { id: identity.sid }, userId: identity.sub, cookies: 'none', jwt, secretIndex: 0 };
  }
}
