import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
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
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async read({ authorization }: ShownCredentials): Promise<NamedSession | undefined> {
    const bearer = bearerOf(authorization);
    if (bearer === undefined || !looksLikeJwt(bearer)) return undefined;
    const identity = await this.authenticator.authenticate(bearer);
    if (!identity) return undefined;
    const jwt = { text: bearer, issueFor: (other: Identity) => this.issuer.issue(other) };
    // The subject is the id of the user, unless a function of a module makes it.
    const userId = this.config.plugins?.builtIn.jwt.getSubject ? undefined : identity.sub;
    return { key: { id: identity.sid }, userId, cookies: 'none', jwt, secretIndex: 0 };
  }
}
