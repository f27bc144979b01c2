import { Injectable } from '@nestjs/common';
import { JwtIssuer } from '../jwt-issuer.js';
import type { AuthContext } from '../auth-context.js';

/** A JWT for the current session (protocol.md §11.2). */
@Injectable()
export class IssueToken {
  constructor(private readonly jwt: JwtIssuer) {}

  async execute(current: AuthContext): Promise<{ token: string }> {
    return { token: await this.jwt.issue(current) };
  }
}
