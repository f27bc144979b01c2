import { Injectable } from '@nestjs/common';
import type { AddedHeader } from '../../http/added-headers.js';
import type { AuthContext } from '../../sessions/auth-context.js';
import type { SessionHeader } from '../../sessions/session-headers.js';
import { LONGEST_HEADER } from '../../http/longest-header.js';
import { JwtIssuer } from './jwt-issuer.js';

export const SET_AUTH_JWT = 'set-auth-jwt';

/** Adds a JWT to every answer of get-session, so that clients need no second request for one. Leaves out a JWT that
 * is too long for a header. `GET /token` sends it in a body. */
@Injectable()
export class SetAuthJwt implements SessionHeader {
  constructor(private readonly issuer: JwtIssuer) {}

  async of(auth: AuthContext): Promise<AddedHeader | undefined> {
    const { jwt, reusedUntil } = await this.issuer.issueOrReuse(auth);
    if (jwt.length > LONGEST_HEADER) return undefined;
    return { name: SET_AUTH_JWT, value: jwt, until: reusedUntil };
  }
}
