import { Injectable } from '@nestjs/common';
import { forbidden, notFound, unauthorized } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { Flag, Name, Nested, RecordField, Text, TextList } from '../../http/fields.js';
import { signInOptionsOf, type Provider } from '../../providers/provider.js';
import { Providers } from '../../providers/providers.js';
import { Authorization, type Departure } from '../authorization.js';
import { ProviderAnswer } from '../provider-answer.js';
import { ProviderRefusal } from '../provider-refusal.js';
import { ProviderSignIn, type SignedInByProvider } from '../provider-sign-in.js';
import { SignInMetrics } from '../../sessions/sign-in-metrics.js';
import { refuseReserved, SignInIdToken } from '../social-fields.js';

export class SignInSocialBody {
  @Text({ optional: true, description: 'Where the browser goes after the sign-in' })
  callbackURL?: string;

  @Text({ optional: true, description: 'Where the browser of a new user goes' })
  newUserCallbackURL?: string;

  @Text({ optional: true, description: 'Where the browser goes after a failure, with `?error=`' })
  errorCallbackURL?: string;

  @Name({ example: 'google' })
  provider!: string;

  @Flag({ optional: true, description: 'true: the client does not open `url` automatically' })
  disableRedirect?: boolean;

  @Nested(SignInIdToken, { optional: true, description: 'Signs in at once, without a redirect' })
  idToken?: SignInIdToken;

  @TextList({ optional: true, description: 'Scopes to request in addition to the provider’s default scopes' })
  scopes?: string[];

  @Flag({ optional: true, description: 'true: allow a sign-up if the provider has `disableImplicitSignUp`' })
  requestSignUp?: boolean;

  @Text({
    optional: true,
    description: 'Tells the provider who is expected to sign in, for example an e-mail',
  })
  loginHint?: string;

  @RecordField({
    optional: true,
    refuse: refuseReserved,
    description: 'Additional parameters of the authorization URL',
  })
  additionalParams?: Record<string, string>;

  @RecordField({ optional: true, description: 'Stored with the state while the browser is at the provider' })
  additionalData?: Record<string, unknown>;
}

/**
 * Signs in at a provider, by a redirect or by an id token that the front end already has
 * (src/social/protocol.md, "sign-in/social").
 */
@Injectable()
export class SignInSocial {
  constructor(
    private readonly providers: Providers,
    private readonly authorization: Authorization,
    private readonly answer: ProviderAnswer,
    private readonly providerSignIn: ProviderSignIn,
    private readonly signIns: SignInMetrics,
  ) {}

  /**
   * @returns the way to the provider, or the new session if the request has an id token.
   * @throws {AuthError} 404 `PROVIDER_NOT_FOUND`, `ID_TOKEN_NOT_SUPPORTED`; 401 `INVALID_TOKEN`, `FAILED_TO_GET_USER_INFO`,
   * `USER_EMAIL_NOT_FOUND`, `OAUTH_LINK_ERROR`; 403 `EMAIL_NOT_VERIFIED`, `BANNED_USER`.
   */
  async execute(body: SignInSocialBody, client: Client): Promise<Departure | SignedInByProvider> {
    const provider = await this.providers.get(body.provider);
    if (!provider) throw notFound('PROVIDER_NOT_FOUND');
    const { idToken } = body;
    if (idToken)
      return this.signIns.counting({ method: provider.id, client }, () =>
        this.byIdToken(provider, idToken, body, client),
      );
    return this.authorization.begin(provider, body);
  }

  private async byIdToken(
    provider: Provider,
    idToken: SignInIdToken,
    { callbackURL, requestSignUp }: SignInSocialBody,
    client: Client,
  ): Promise<SignedInByProvider> {
    const identity = await this.answer.byIdToken(provider, idToken);
    // As in Better Auth, a refresh token that a client presents at sign-in is not stored.
    const { refreshToken: _, ...tokens } = identity.tokens;
    const disableSignUp =
      (provider.disableImplicitSignUp && !requestSignUp) ||
      signInOptionsOf(provider).disableSignUp ||
      provider.disableSignUp ||
      false;
    return this.providerSignIn
      .signIn({ ...identity, tokens }, { callbackURL, disableSignUp, overrideUserInfo: false, client })
      .catch((error: unknown) => {
        throw asAnswer(error);
      });
  }
}

function asAnswer(error: unknown): unknown {
  if (!(error instanceof ProviderRefusal)) return error;
  return error.code === 'email_not_verified'
    ? forbidden('EMAIL_NOT_VERIFIED')
    : unauthorized('OAUTH_LINK_ERROR', messageOf(error));
}

const messageOf = ({ code }: ProviderRefusal) => code.replaceAll('_', ' ');
