import { Injectable } from '@nestjs/common';
import type { Client } from '../../http/client.js';
import { Email, Text } from '../../http/fields.js';
import { JwtIssuer } from './jwt-issuer.js';
import { presentUser } from '../../users/present-user.js';
import type { JwtAnswer } from './jwt-answer.js';
import { SignUpEmail } from '../../accounts/use-cases/sign-up-email.js';

export class RegisterBody {
  static readonly shapes = ['object', 'record'];
  static readonly keepsRest = true;

  readonly rest: Readonly<Record<string, unknown>> = {};

  @Text({ example: 'Ada Lovelace' })
  name!: string;

  @Email({ example: 'ada@example.com' })
  email!: string;

  @Text({ minLength: 1, format: 'password', example: 'correct horse battery' })
  password!: string;
}

/** Sign-up for clients that keep a JWT instead of a cookie: the same rules, errors and session as `sign-up/email`. */
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
