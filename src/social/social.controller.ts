import { Body, Controller, Param, Query } from '@nestjs/common';
import { ApiParam, ApiProperty, ApiTags } from '../openapi/decorators.js';
import type { CookieJar } from '../cookies/cookie-jar.js';
import { Answer } from '../http/answer.js';
import { AuthGet, AuthPost } from '../http/auth-route.js';
import { type Client, From } from '../http/client.js';
import { Jar } from '../http/request-cookies.js';
import { SuccessAnswer } from '../http/status-answer.js';
import { presentUser, UserAnswer } from '../users/present-user.js';
import { Callback, CallbackParameters } from './use-cases/callback.js';
import { LinkSocial, LinkSocialBody } from './use-cases/link-social.js';
import { SignInSocial, SignInSocialBody } from './use-cases/sign-in-social.js';
import { SignOut, SignOutBody } from './use-cases/sign-out.js';
import { type AuthContext, Current } from '../sessions/auth-context.js';
import { Requested, type RequestedSession } from '../sessions/requested-session.js';
import type { Departure } from './authorization.js';
import type { SignedInByProvider } from './provider-sign-in.js';

class SignInSocialAnswer {
  @ApiProperty({ required: false, description: 'The provider’s sign-in page. Absent with `idToken`' })
  url?: string;

  @ApiProperty({ description: 'true: the client opens `url` automatically' })
  redirect!: boolean;

  @ApiProperty({ required: false, description: 'Session token. Present only with `idToken`' })
  token?: string;

  @ApiProperty({ required: false, type: UserAnswer })
  user?: UserAnswer;
}

class LinkSocialAnswer {
  @ApiProperty({ description: 'The provider’s sign-in page. Empty with `idToken`' })
  url!: string;

  @ApiProperty({ description: 'true: the client opens `url` automatically' })
  redirect!: boolean;

  @ApiProperty({
    required: false,
    description: 'true if `idToken` has linked the account. Absent without `idToken`',
  })
  status?: boolean;
}

class SignOutAnswer extends SuccessAnswer {
  @ApiProperty({ required: false, description: 'The page that signs the browser out at the provider too' })
  url?: string;

  @ApiProperty({ required: false, description: 'true: the client opens `url` automatically' })
  redirect?: boolean;
}

function departing(
  { url, state }: Departure,
  { disableRedirect = false }: { readonly disableRedirect?: boolean },
): Answer<{ url: string; redirect: boolean }> {
  return new Answer(
    { url, redirect: !disableRedirect },
    disableRedirect ? { cookies: [state] } : { cookies: [state], location: url },
  );
}

const signedIn = ({ account, user, session, remember }: SignedInByProvider): Answer<SignInSocialAnswer> =>
  new Answer(
    { redirect: false, token: session.token, user: presentUser(user) },
    { account, signedIn: { user, session, remember } },
  );

const LINKED = new Answer({ url: '', status: true, redirect: false });

const signedOut = (url: string | undefined, redirect: boolean): Answer<SignOutAnswer> =>
  url
    ? new Answer({ success: true, url, redirect }, { signedOut: true, location: redirect ? url : '' })
    : new Answer({ success: true }, { signedOut: true });

const onward = 'To the `callbackURL` of the sign-in, or to the error page with `?error=`';

@ApiTags('Social sign-in')
@Controller()
export class SocialController {
  constructor(
    private readonly signIn: SignInSocial,
    private readonly callback: Callback,
    private readonly link: LinkSocial,
    private readonly leave: SignOut,
  ) {}

  @AuthPost('sign-in/social', {
    summary: 'Sign in with a provider',
    access: 'public',
    body: SignInSocialBody,
    answer: SignInSocialAnswer,
    errors: {
      401: ['INVALID_TOKEN', 'FAILED_TO_GET_USER_INFO', 'USER_EMAIL_NOT_FOUND', 'OAUTH_LINK_ERROR'],
      403: ['EMAIL_NOT_VERIFIED', 'BANNED_USER'],
      404: ['PROVIDER_NOT_FOUND', 'ID_TOKEN_NOT_SUPPORTED'],
    },
  })
  async signInSocial(
    @Body() body: SignInSocialBody,
    @From() client: Client,
  ): Promise<Answer<SignInSocialAnswer>> {
    const outcome = await this.signIn.execute(body, client);
    return 'url' in outcome ? departing(outcome, body) : signedIn(outcome);
  }

  @AuthGet('callback/:id', {
    summary: 'Complete a sign-in: the provider sends the browser here',
    access: 'public',
    query: CallbackParameters,
    leadsTo: onward,
  })
  @ApiParam({ name: 'id', type: String, description: 'The provider' })
  callbackByLink(
    @Param('id') id: string,
    @Query() query: CallbackParameters,
    @From() client: Client,
    @Jar() jar: CookieJar,
  ) {
    return this.callback.execute(id, query, client, jar.carried);
  }

  @AuthPost('callback/:id', {
    summary: 'Complete a sign-in: the provider lets the browser post a form here',
    access: 'public',
    form: true,
    crossSite: true,
    body: CallbackParameters,
    query: CallbackParameters,
    leadsTo: 'To the same route by GET',
  })
  @ApiParam({ name: 'id', type: String, description: 'The provider' })
  callbackByForm(
    @Param('id') id: string,
    @Body() body: CallbackParameters,
    @Query() query: CallbackParameters,
  ) {
    return this.callback.resend(id, body, query);
  }

  @AuthPost('link-social', {
    summary: 'Link an account at a provider',
    access: 'sensitive',
    body: LinkSocialBody,
    answer: LinkSocialAnswer,
    errors: {
      401: [
        'INVALID_TOKEN',
        'FAILED_TO_GET_USER_INFO',
        'USER_EMAIL_NOT_FOUND',
        'LINKING_NOT_ALLOWED',
        'LINKING_DIFFERENT_EMAILS_NOT_ALLOWED',
      ],
      404: ['PROVIDER_NOT_FOUND', 'ID_TOKEN_NOT_SUPPORTED'],
      409: ['SOCIAL_ACCOUNT_ALREADY_LINKED'],
      417: ['LINKING_FAILED'],
    },
  })
  async linkSocial(
    @Current() current: AuthContext,
    @Body() body: LinkSocialBody,
    @From() client: Client,
  ): Promise<Answer<LinkSocialAnswer>> {
    const departure = await this.link.execute(current, body, client);
    return departure ? departing(departure, body) : LINKED;
  }

  @AuthPost('sign-out', {
    shortBody: true,
    summary: 'Sign out, and return the provider’s sign-out page if it has one',
    access: 'public',
    credentials: true,
    body: SignOutBody,
    answer: SignOutAnswer,
  })
  async signOut(
    @Body() body: SignOutBody,
    @Requested() requested: RequestedSession,
    @From() client: Client,
  ): Promise<Answer<SignOutAnswer>> {
    return signedOut(await this.leave.execute(body, requested, client), !body.disableRedirect);
  }
}
