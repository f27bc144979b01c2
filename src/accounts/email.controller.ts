import { Body, Controller, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '../openapi/decorators.js';
import type { CookieJar } from '../cookies/cookie-jar.js';
import { Answer, Redirect } from '../http/answer.js';
import { AuthGet, AuthPost } from '../http/auth-route.js';
import { type Client, From } from '../http/client.js';
import { Jar } from '../http/request-cookies.js';
import { StatusAnswer } from '../http/status-answer.js';
import { presentUser, UserAnswer } from '../users/present-user.js';
import type { Followed } from './email-change.js';
import { ChangeEmail, ChangeEmailBody } from './use-cases/change-email.js';
import { SendVerificationEmail, SendVerificationEmailBody } from './use-cases/send-verification-email.js';
import { VerifyEmail, VerifyEmailQuery } from './use-cases/verify-email.js';
import { type AuthContext, Current, keptBy } from '../sessions/auth-context.js';
import { Requested, type RequestedSession } from '../sessions/requested-session.js';

class VerifiedAnswer extends StatusAnswer {
  @ApiProperty({
    type: UserAnswer,
    nullable: true,
    required: false,
    description: 'The user, if the link changed the e-mail. Null if the link verified it',
  })
  user?: UserAnswer | null;
}

const DONE = { status: true } as const;

const verifiedAnswer = ({ user }: Followed): VerifiedAnswer => ({
  ...DONE,
  ...(user === undefined ? {} : { user: user && presentUser(user) }),
});

@ApiTags('E-mail')
@Controller()
export class EmailController {
  constructor(
    private readonly verify: VerifyEmail,
    private readonly sendVerification: SendVerificationEmail,
    private readonly change: ChangeEmail,
  ) {}

  @AuthGet('verify-email', {
    summary: 'Follow a mailed link that verifies or changes an e-mail',
    access: 'public',
    credentials: true,
    query: VerifyEmailQuery,
    redirects: true,
    answer: VerifiedAnswer,
    errors: { 401: ['TOKEN_EXPIRED', 'INVALID_TOKEN', 'USER_NOT_FOUND', 'INVALID_USER'] },
  })
  async verifyEmail(
    @Query() query: VerifyEmailQuery,
    @From() client: Client,
    @Requested() requested: RequestedSession,
    @Jar() jar: CookieJar,
  ) {
    const followed = await this.verify.execute(query, client, { requested, jar });
    return followed instanceof Redirect ? followed : new Answer(verifiedAnswer(followed), followed.parts);
  }

  @AuthPost('send-verification-email', {
    shortBody: true,
    summary: 'Mail a link that verifies the e-mail',
    access: 'public',
    credentials: true,
    body: SendVerificationEmailBody,
    answer: StatusAnswer,
    errors: {
      400: ['VERIFICATION_EMAIL_NOT_ENABLED', 'EMAIL_MISMATCH', 'EMAIL_ALREADY_VERIFIED'],
    },
  })
  async sendVerificationEmail(
    @Body() body: SendVerificationEmailBody,
    @From() client: Client,
    @Requested() requested: RequestedSession,
  ) {
    await this.sendVerification.execute(body, client, requested);
    return DONE;
  }

  @AuthPost('change-email', {
    shortBody: true,
    summary: 'Ask to change the e-mail',
    access: 'sensitive',
    body: ChangeEmailBody,
    answer: StatusAnswer,
    errors: { 400: ['CHANGE_EMAIL_DISABLED'] },
    messages: { 400: ['Email is the same', "Verification email isn't enabled"] },
  })
  async changeEmail(@Current() current: AuthContext, @Body() body: ChangeEmailBody, @From() client: Client) {
    const user = await this.change.execute(current.user, body, client);
    return new Answer(DONE, user && keptBy(current, { session: current.session, user }));
  }
}
