import { Injectable } from '@nestjs/common';
import type { Client } from '../../http/client.js';
import { JwtIssuer } from './jwt-issuer.js';
import { presentUser } from '../../users/present-user.js';
import type { JwtAnswer } from './jwt-answer.js';
import { EmailAndPassword, SignInEmail } from '../../accounts/use-cases/sign-in-email.js';

export class LoginBody extends EmailAndPassword {}

/** Signs in a client that keeps a JWT instead of a cookie. Rules, errors and session are those of `sign-in/email`. */
@Injectable()
export class Login {
  constructor(
    private readonly signInEmail: SignInEmail,
    private readonly jwt: JwtIssuer,
  ) {}

  async execute(body: LoginBody, client: Client): Promise<JwtAnswer> {
    const { user, session } = await this.signInEmail.execute(body, client);
    return {
      accessToken: await this.jwt.issue({ user, session }),
      tokenType: 'Bearer',
      expiresIn: this.jwt.expiresIn,
      user: presentUser(user),
    };
  }
}
