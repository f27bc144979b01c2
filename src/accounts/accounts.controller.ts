import { Body, Controller, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '../openapi/decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthGet, AuthPost } from '../http/auth-route.js';
import { UserAnswer } from '../users/present-user.js';
import { JwtAnswer } from './jwt-answer.js';
import { AccountAnswer } from './present-account.js';
import { ListAccounts } from './use-cases/list-accounts.js';
import { Login, LoginBody } from './use-cases/login.js';
import { Register, RegisterBody } from './use-cases/register.js';
import { SignInEmail, SignInEmailBody } from './use-cases/sign-in-email.js';
import { SignUpEmail, SignUpEmailBody } from './use-cases/sign-up-email.js';
import { type AuthContext, Current } from '../sessions/auth-context.js';

class SignedUpAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Session token; null where signing up does not sign in',
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

const signUpErrors = {
  400: ['EMAIL_PASSWORD_SIGN_UP_DISABLED', 'PASSWORD_TOO_SHORT', 'PASSWORD_TOO_LONG'],
  422: ['USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL', 'FAILED_TO_CREATE_USER'],
  503: ['SERVICE_UNAVAILABLE'],
} as const;

const signInErrors = {
  400: ['EMAIL_PASSWORD_DISABLED', 'INVALID_EMAIL', 'PASSWORD_TOO_LONG'],
  401: ['INVALID_EMAIL_OR_PASSWORD'],
  403: ['EMAIL_NOT_VERIFIED', 'BANNED_USER'],
  503: ['SERVICE_UNAVAILABLE'],
} as const;

@ApiTags('Accounts')
@Controller()
export class AccountsController {
  constructor(
    private readonly signUp: SignUpEmail,
    private readonly signIn: SignInEmail,
    private readonly registerUseCase: Register,
    private readonly loginUseCase: Login,
    private readonly list: ListAccounts,
  ) {}

  @AuthPost('sign-up/email', {
    summary: 'Sign up with e-mail and password',
    access: 'public',
    form: true,
    body: SignUpEmailBody,
    answer: SignedUpAnswer,
    errors: signUpErrors,
  })
  signUpEmail(
    @Body() body: SignUpEmailBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.signUp.execute(body, request, reply);
  }

  @AuthPost('sign-in/email', {
    summary: 'Sign in with e-mail and password',
    access: 'public',
    form: true,
    body: SignInEmailBody,
    answer: SignedInAnswer,
    errors: signInErrors,
  })
  signInEmail(
    @Body() body: SignInEmailBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.signIn.execute(body, request, reply);
  }

  @AuthPost('register', {
    summary: 'Sign up and get a JWT',
    access: 'public',
    form: true,
    body: RegisterBody,
    answer: JwtAnswer,
    errors: signUpErrors,
  })
  register(@Body() body: RegisterBody, @Req() request: FastifyRequest) {
    return this.registerUseCase.execute(body, request);
  }

  @AuthPost('login', {
    summary: 'Sign in and get a JWT',
    access: 'public',
    form: true,
    body: LoginBody,
    answer: JwtAnswer,
    errors: signInErrors,
  })
  login(@Body() body: LoginBody, @Req() request: FastifyRequest) {
    return this.loginUseCase.execute(body, request);
  }

  @AuthGet('list-accounts', { summary: 'Ways this user can sign in', answer: [AccountAnswer] })
  listAccounts(@Current() current: AuthContext) {
    return this.list.execute(current);
  }
}
