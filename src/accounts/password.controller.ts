import { Body, Controller, Param, Query } from '@nestjs/common';
import { ApiParam, ApiProperty, ApiTags } from '../openapi/decorators.js';
import { Answer } from '../http/answer.js';
import { AuthGet, AuthPost } from '../http/auth-route.js';
import { type Client, From } from '../http/client.js';
import { StatusAnswer } from '../http/status-answer.js';
import { presentUser, UserAnswer } from '../users/present-user.js';
import { ChangePassword, ChangePasswordBody } from './use-cases/change-password.js';
import { RequestPasswordReset, RequestPasswordResetBody } from './use-cases/request-password-reset.js';
import { ResetPasswordCallback, ResetPasswordCallbackQuery } from './use-cases/reset-password-callback.js';
import { ResetPassword, ResetPasswordBody, ResetPasswordQuery } from './use-cases/reset-password.js';
import { VerifyPassword, VerifyPasswordBody } from './use-cases/verify-password.js';
import { type AuthContext, Current, keptBy } from '../sessions/auth-context.js';

class ChangedPasswordAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Token of the new session, or a JWT for it if the client sent one. Null without `revokeOtherSessions`',
  })
  token!: string | null;

  @ApiProperty({ type: UserAnswer })
  user!: UserAnswer;
}

class ResetRequestedAnswer extends StatusAnswer {
  @ApiProperty({ example: 'If this email exists in our system, check your email for the reset link' })
  message!: string;
}

@ApiTags('Passwords')
@Controller()
export class PasswordController {
  constructor(
    private readonly change: ChangePassword,
    private readonly verify: VerifyPassword,
    private readonly requestReset: RequestPasswordReset,
    private readonly resetCallback: ResetPasswordCallback,
    private readonly reset: ResetPassword,
  ) {}

  @AuthPost('change-password', {
    summary: 'Change the password',
    access: 'sensitive',
    body: ChangePasswordBody,
    answer: ChangedPasswordAnswer,
    errors: {
      400: [
        'PASSWORD_TOO_SHORT',
        'PASSWORD_TOO_LONG',
        'PASSWORD_COMPROMISED',
        'CREDENTIAL_ACCOUNT_NOT_FOUND',
        'INVALID_PASSWORD',
      ],
      503: ['SERVICE_UNAVAILABLE'],
    },
  })
  async changePassword(
    @Current() current: AuthContext,
    @Body() body: ChangePasswordBody,
    @From() client: Client,
  ) {
    const { user, jwt } = current;
    const session = await this.change.execute(current, body, client);
    const renewed = session && { session, user };
    // A client that keeps a JWT gets one for its new session, and not the session's token.
    const token = renewed && (jwt ? await jwt.issueFor(renewed) : renewed.session.token);
    return new Answer({ token: token ?? null, user: presentUser(user) }, renewed && keptBy(current, renewed));
  }

  @AuthPost('verify-password', {
    summary: 'Check the user’s password',
    access: 'sensitive',
    body: VerifyPasswordBody,
    answer: StatusAnswer,
    errors: { 400: ['PASSWORD_TOO_LONG', 'INVALID_PASSWORD'], 503: ['SERVICE_UNAVAILABLE'] },
  })
  verifyPassword(@Current() current: AuthContext, @Body() body: VerifyPasswordBody, @From() client: Client) {
    return this.verify.execute(current, body, client);
  }

  @AuthPost('request-password-reset', {
    shortBody: true,
    summary: 'Mail a link to set a new password',
    access: 'public',
    body: RequestPasswordResetBody,
    answer: ResetRequestedAnswer,
    errors: { 400: ['RESET_PASSWORD_DISABLED'] },
  })
  requestPasswordReset(@Body() body: RequestPasswordResetBody, @From() client: Client) {
    return this.requestReset.execute(body, client);
  }

  @AuthGet('reset-password/:token', {
    summary: 'Follow the mailed link to the page that asks for a new password',
    access: 'public',
    query: ResetPasswordCallbackQuery,
    redirects: true,
  })
  @ApiParam({ name: 'token', type: String })
  resetPasswordCallback(@Param('token') token: string, @Query() query: ResetPasswordCallbackQuery) {
    return this.resetCallback.execute(token, query);
  }

  @AuthPost('reset-password', {
    summary: 'Set a new password with a mailed token',
    access: 'public',
    body: ResetPasswordBody,
    query: ResetPasswordQuery,
    answer: StatusAnswer,
    errors: {
      400: [
        'INVALID_TOKEN',
        'PASSWORD_TOO_SHORT',
        'PASSWORD_TOO_LONG',
        'PASSWORD_COMPROMISED',
        'USER_NOT_FOUND',
      ],
      503: ['SERVICE_UNAVAILABLE'],
    },
  })
  resetPassword(@Body() body: ResetPasswordBody, @Query() query: ResetPasswordQuery, @From() client: Client) {
    return this.reset.execute(body, query, client);
  }
}
