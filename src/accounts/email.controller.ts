import { Body, Controller, Query, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '../openapi/decorators.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthGet, AuthPost } from '../http/auth-route.js';
import { StatusAnswer } from '../http/status-answer.js';
import { UserAnswer } from '../users/present-user.js';
import { ChangeEmail, ChangeEmailBody } from './use-cases/change-email.js';
import { SendVerificationEmail, SendVerificationEmailBody } from './use-cases/send-verification-email.js';
import { VerifyEmail, VerifyEmailQuery } from './use-cases/verify-email.js';
import { type AuthContext, Current } from '../sessions/auth-context.js';

class VerifiedAnswer extends StatusAnswer {
  @ApiProperty({
    type: UserAnswer,
    nullable: true,
    required: false,
    description: 'The user, where the link changed the address',
  })
  user?: UserAnswer | null;
}

@ApiTags('E-mail')
@Controller()
export class EmailController {
  constructor(
    private readonly verify: VerifyEmail,
    private readonly sendVerification: SendVerificationEmail,
    private readonly change: ChangeEmail,
  ) {}

  @AuthGet('verify-email', {
    summary: 'Follow a mailed link that proves or changes an address',
    access: 'public',
    credentials: true,
    query: VerifyEmailQuery,
    redirects: true,
    answer: VerifiedAnswer,
    errors: { 401: ['TOKEN_EXPIRED', 'INVALID_TOKEN', 'USER_NOT_FOUND', 'INVALID_USER'] },
  })
  verifyEmail(
    @Query() query: VerifyEmailQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.verify.execute(query, request, reply);
  }

  @AuthPost('send-verification-email', {
    summary: 'Mail a link that proves the address',
    access: 'public',
    credentials: true,
    body: SendVerificationEmailBody,
    answer: StatusAnswer,
    errors: {
      400: ['VERIFICATION_EMAIL_NOT_ENABLED', 'EMAIL_MISMATCH', 'EMAIL_ALREADY_VERIFIED'],
    },
  })
  sendVerificationEmail(
    @Body() body: SendVerificationEmailBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.sendVerification.execute(body, request, reply);
  }

  @AuthPost('change-email', {
    summary: 'Ask for another address',
    access: 'sensitive',
    body: ChangeEmailBody,
    answer: StatusAnswer,
    errors: { 400: ['CHANGE_EMAIL_DISABLED'] },
    messages: { 400: ['Email is the same', "Verification email isn't enabled"] },
  })
  changeEmail(
    @Current() current: AuthContext,
    @Body() body: ChangeEmailBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.change.execute(current, body, request, reply);
  }
}
