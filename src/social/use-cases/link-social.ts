import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { purposeKeyOf } from '../../config/keyring.js';
import { encrypt } from '../../crypto/symmetric-encryption.js';
import { conflict, expectationFailed, notFound, unauthorized } from '../../errors/auth-error.js';
import type { Client } from '../../http/client.js';
import { Flag, Name, Nested, RecordField, Text, TextList } from '../../http/fields.js';
import type { Provider } from '../../providers/provider.js';
import { Providers } from '../../providers/providers.js';
import { ProviderAccountsStore } from '../../accounts/provider-accounts.store.js';
import { Authorization, type Departure } from '../authorization.js';
import { ExplicitLinking } from '../explicit-linking.js';
import { ProviderAnswer } from '../provider-answer.js';
import { ProviderRefusal } from '../provider-refusal.js';
import { LinkIdToken, refuseReserved } from '../social-fields.js';
import type { AuthContext } from '../../sessions/auth-context.js';
import type { User } from '../../users/user.js';

export class LinkSocialBody {
  @Text({ optional: true, description: 'Where the browser goes after linking' })
  callbackURL?: string;

  @Name({ example: 'google' })
  provider!: string;

  @Nested(LinkIdToken, { optional: true, description: 'Links the account at once, without a redirect' })
  idToken?: LinkIdToken;

  @Flag({ optional: true })
  requestSignUp?: boolean;

  @TextList({ optional: true, description: 'Scopes to request in addition to the provider’s default scopes' })
  scopes?: string[];

  @Text({ optional: true, description: 'Where the browser goes after a failure, with `?error=`' })
  errorCallbackURL?: string;

  @Flag({ optional: true, description: 'true: the client does not open `url` automatically' })
  disableRedirect?: boolean;

  @Text({
    optional: true,
    description: 'Tells the provider which account is expected, for example an e-mail',
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

/** Links an account at a provider to the signed-in user (src/social/protocol.md, "link-social"). */
@Injectable()
export class LinkSocial {
  constructor(
    private readonly providers: Providers,
    private readonly authorization: Authorization,
    private readonly answer: ProviderAnswer,
    private readonly linking: ExplicitLinking,
    private readonly accounts: ProviderAccountsStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * @returns the way to the provider; undefined if an id token has linked the account at once.
   * @throws {AuthError} 404 `PROVIDER_NOT_FOUND`, `ID_TOKEN_NOT_SUPPORTED`; 401 `INVALID_TOKEN`, `FAILED_TO_GET_USER_INFO`,
   * `USER_EMAIL_NOT_FOUND`, `LINKING_NOT_ALLOWED`, `LINKING_DIFFERENT_EMAILS_NOT_ALLOWED`; 409
   * `SOCIAL_ACCOUNT_ALREADY_LINKED`; 417 `LINKING_FAILED`.
   */
  async execute(
    { user, session }: AuthContext,
    body: LinkSocialBody,
    client: Client,
  ): Promise<Departure | undefined> {
    const provider = await this.providers.get(body.provider);
    if (!provider) throw notFound('PROVIDER_NOT_FOUND');
    if (body.idToken) {
      await this.byIdToken(provider, body.idToken, user, client);
      return undefined;
    }
    const encryptedSessionToken = encrypt(
      session.token,
      purposeKeyOf(this.config, 'oauth-link-session-token'),
    );
    const link = { userId: user.id, email: user.email, encryptedSessionToken };
    return this.authorization.begin(provider, body, link);
  }

  private async byIdToken(
    provider: Provider,
    idToken: LinkIdToken,
    user: User,
    client: Client,
  ): Promise<void> {
    const identity = await this.answer.byIdToken(provider, idToken);
    const target = { userId: user.id, email: user.email };
    const account = await this.accounts.findByKey(identity.key);
    if (account && account.userId !== user.id) throw conflict('SOCIAL_ACCOUNT_ALREADY_LINKED');
    const refusal = account ? undefined : await this.linking.refusal(target, identity);
    if (refusal === 'email_does_not_match') throw unauthorized('LINKING_DIFFERENT_EMAILS_NOT_ALLOWED');
    if (refusal) throw unauthorized('LINKING_NOT_ALLOWED');
    await this.linking.link(target, identity, client).catch((error: unknown) => {
      throw error instanceof ProviderRefusal ? expectationFailed('LINKING_FAILED') : error;
    });
  }
}
