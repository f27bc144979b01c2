import { Body, Controller } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiProperty, ApiTags } from '../openapi/decorators.js';
import { Answer } from '../http/answer.js';
import { AuthPost, DirectAuthGet } from '../http/auth-route.js';
import { type Client, From } from '../http/client.js';
import { keptIf, type SignedIn } from '../sessions/signed-in.js';
import { presentUser, UserAnswer } from '../users/present-user.js';
import { AccountAnswer } from './present-account.js';
import { SignUpMark } from './sign-up-mark.js';
import { ListAccounts } from './use-cases/list-accounts.js';
import { SignInEmail, SignInEmailBody, signInErrors } from './use-cases/sign-in-email.js';
import { SignUpEmail, SignUpEmailBody, signUpErrors } from './use-cases/sign-up-email.js';
import { currentOf } from '../sessions/auth-context.js';

class SignedUpAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Session token. Null if a sign-up does not sign in',
  })
  token!: string | null;

  @ApiProperty({ type: UserAnswer })
  user!: UserAnswer;
}

class SignedInAnswer {
  @ApiProperty()
  redirect!: boolean;

  @ApiProperty({ description: 'Session token' })
  token!: string;

  @ApiProperty({ required: false, description: 'The `callbackURL` of the request' })
  url?: string;

  @ApiProperty({ type: UserAnswer })
  user!: UserAnswer;
}

const signedInAnswer = ({ session, user }: SignedIn, url: string | undefined): SignedInAnswer => ({
  redirect: Boolean(url),
  token: session.token,
  ...(url === undefined ? {} : { url }),
  user: presentUser(user),
});

@ApiTags('Accounts')
@Controller()
export class AccountsController {
  constructor(
    private readonly signUp: SignUpEmail,
    private readonly signIn: SignInEmail,
    private readonly list: ListAccounts,
    private readonly mark: SignUpMark,
  ) {}

  @AuthPost('sign-up/email', {
    summary: 'Sign up with e-mail and password',
    access: 'public',
    form: true,
    body: SignUpEmailBody,
    answer: SignedUpAnswer,
    errors: signUpErrors,
  })
  async signUpEmail(@Body() body: SignUpEmailBody, @From() client: Client) {
    const { user, signedIn } = await this.signUp.execute(body, client);
    const token = signedIn?.session.token ?? null;
    const cookies = this.mark.cookiesFor(user.id);
    return new Answer({ token, user: presentUser(user) }, { ...keptIf(signedIn), cookies });
  }

  @AuthPost('sign-in/email', {
    summary: 'Sign in with e-mail and password',
    access: 'public',
    form: true,
    body: SignInEmailBody,
    answer: SignedInAnswer,
    errors: signInErrors,
  })
  async signInEmail(@Body() body: SignInEmailBody, @From() client: Client) {
    const signedIn = await this.signIn.execute(body, client);
    return new Answer(signedInAnswer(signedIn, body.callbackURL), { signedIn, location: body.callbackURL });
  }

  @DirectAuthGet('list-accounts', { summary: 'List the user’s accounts', answer: [AccountAnswer] })
  listAccounts(request: FastifyRequest) {
    return this.list.execute(currentOf(request));
  }
}
