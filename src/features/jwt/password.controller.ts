import { Body, Controller } from '@nestjs/common';
import { signInErrors } from '../../accounts/use-cases/sign-in-email.js';
import { signUpErrors } from '../../accounts/use-cases/sign-up-email.js';
import { AuthPost } from '../../http/auth-route.js';
import { From, type Client } from '../../http/client.js';
import { ApiTags } from '../../openapi/decorators.js';
import { JwtAnswer } from './jwt-answer.js';
import { Login, LoginBody } from './login.js';
import { Register, RegisterBody } from './register.js';

/** Signing up and in with a password, for clients that keep a JWT. */
@ApiTags('Accounts')
@Controller()
export class JwtPasswordController {
  constructor(
    private readonly registerUseCase: Register,
    private readonly loginUseCase: Login,
  ) {}

  @AuthPost('register', {
    summary: 'Sign up and get a JWT',
    twinOf: 'sign-up/email',
    access: 'public',
    form: true,
    body: RegisterBody,
    answer: JwtAnswer,
    errors: signUpErrors,
  })
  register(@Body() body: RegisterBody, @From() client: Client) {
    return this.registerUseCase.execute(body, client);
  }

  @AuthPost('login', {
    summary: 'Sign in and get a JWT',
    twinOf: 'sign-in/email',
    access: 'public',
    form: true,
    body: LoginBody,
    answer: JwtAnswer,
    errors: signInErrors,
  })
  login(@Body() body: LoginBody, @From() client: Client) {
    return this.loginUseCase.execute(body, client);
  }
}
