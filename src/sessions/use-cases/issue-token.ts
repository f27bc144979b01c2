import { Injectable } from '@nestjs/common';
import type { AuthContext } from '../../http/auth-context.js';
import { JwtIssuer } from '../jwt-issuer.js';

/** A JWT for the current session (protocol.md §11.2). */
@Injectable()
export class IssueToken {
  constructor(private readonly jwt: JwtIssuer) {}

  async execute(current: AuthContext): Promise<{ token: string }> {
    return { token: await this.jwt.issue(current) };
  }
}
