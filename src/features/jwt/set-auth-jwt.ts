import { Injectable } from '@nestjs/common';
import { unavailability } from '../../errors/unavailable.js';
import type { AddedHeader } from '../../http/added-headers.js';
import type { AuthContext } from '../../sessions/auth-context.js';
import type { SessionHeader } from '../../sessions/session-headers.js';
import { LONGEST_HEADER } from '../../http/longest-header.js';
import { LiveSession } from '../../sessions/live-session.js';
import { JwtIssuer, type ReusedJwt } from './jwt-issuer.js';

export const SET_AUTH_JWT = 'set-auth-jwt';

/**
 * Adds a JWT to every answer of get-session, so that clients need no second request for one. If the session comes from the
 * session data cookie, first asks whether it still lives, because that cookie outlives a revocation. Leaves out a JWT that
 * is too long for a header. `GET /token` sends it in a body.
 */
@Injectable()
export class SetAuthJwt implements SessionHeader {
  constructor(
    private readonly issuer: JwtIssuer,
    private readonly live: LiveSession,
  ) {}

  async of(auth: AuthContext): Promise<AddedHeader | undefined> {
    const issued = await this.issued(auth);
    if (!issued || issued.jwt.length > LONGEST_HEADER) return undefined;
    const { jwt, reusedUntil } = issued;
    return { name: SET_AUTH_JWT, value: jwt, until: reusedUntil };
  }

  /** Undefined also if the first key cannot be stored, because the answer itself needs no JWT. */
  private async issued(auth: AuthContext): Promise<ReusedJwt | undefined> {
    try {
      return await (auth.hasDataCookie ? this.ofCookie(auth) : this.issuer.issueOrReuse(auth));
    } catch (error) {
      if (unavailability(error) === undefined) throw error;
      return undefined;
    }
  }

  /** The JWT that the session already has needs no question, because the client learns nothing new. */
  private async ofCookie(auth: AuthContext): Promise<ReusedJwt | undefined> {
    const recent = await this.issuer.recent(auth);
    if (recent) return recent;
    const confirmed = await this.live.confirmed(auth.session);
    return confirmed && this.issuer.issueOrReuse({ ...confirmed, hasDataCookie: true });
  }
}
