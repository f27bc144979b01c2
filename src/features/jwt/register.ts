import { Injectable } from '@nestjs/common';
import type { Client } from '../../http/client.js';
import { JwtIssuer } from './jwt-issuer.js';
import { presentUser } from '../../users/present-user.js';
import type { JwtAnswer } from './jwt-answer.js';
import { NewUserBody, SignUpEmail } from '../../accounts/use-cases/sign-up-email.js';

export class RegisterBody extends NewUserBody {}

/** Signs up a client that keeps a JWT instead of a cookie. Rules, errors and session are those of `sign-up/email`. */
@Injectable()
export class Register {
  constructor(
    private readonly signUpEmail: SignUpEmail,
    private readonly jwt: JwtIssuer,
  ) {}

  async execute(body: RegisterBody, client: Client): Promise<JwtAnswer> {
    const { user, signedIn } = await this.signUpEmail.execute(body, client);
    return {
      accessToken: signedIn ? await this.jwt.issue(signedIn) : null,
      tokenType: 'Bearer',
      expiresIn: this.jwt.expiresIn,
      user: presentUser(user),
    };
  }
}
