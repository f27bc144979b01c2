import { Inject, Injectable } from '@nestjs/common';
import type { OAuth2Tokens } from '@better-auth/core/oauth2';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { notFound, unauthorized } from '../errors/auth-error.js';
import { Logger } from '../logging/logger.js';
import { describeProviderFault } from '../providers/provider-fault.js';
import type { Provider } from '../providers/provider.js';
import { askWithin } from '../providers/time-limit.js';
import { Authorization } from './authorization.js';
import { identityOf, type ProviderIdentity } from './provider-identity.js';
import { ProviderRefusal } from './provider-refusal.js';

/** What the browser brought from the provider, and what the state remembered. */
export interface CodeAnswer {
  readonly code: string;
  readonly codeVerifier: string;
  readonly deviceId?: string | undefined;
  /** The user as JSON, which Apple sends with the first sign-in only. */
  readonly user?: string | undefined;
  readonly idTokenNonce?: string | undefined;
}

/** Tokens that a front end got from the provider itself. */
export interface IdTokenAnswer {
  readonly token: string;
  readonly nonce?: string;
  readonly accessToken?: string;
  readonly refreshToken?: string;
  readonly user?: object;
}

/** Finds out who a person is, from a provider's code or id token. */
@Injectable()
export class ProviderAnswer {
  constructor(
    private readonly authorization: Authorization,
    private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Exchanges the code for tokens and gets the profile, in the order of src/social/protocol.md, "callback".
   * @throws {ProviderRefusal}
   */
  async byCode(provider: Provider, answer: CodeAnswer): Promise<ProviderIdentity> {
    const { code, codeVerifier, deviceId, idTokenNonce } = answer;
    if (provider.requiresIdTokenNonce && !idTokenNonce) {
      throw new ProviderRefusal('nonce_binding_missing', 'the state holds no nonce');
    }
    const redirectURI = this.authorization.redirectUriOf(provider);
    const tokens = await provider
      .validateAuthorizationCode({ code, codeVerifier, deviceId, redirectURI })
      .catch((error: unknown) => {
        throw new ProviderRefusal('invalid_code', describeProviderFault(error));
      });
    if (!tokens) throw new ProviderRefusal('invalid_code', 'the provider gave no tokens for the code');
    const asked = { ...tokens, expectedIdTokenNonce: idTokenNonce, user: parsed(answer.user) };
    const userInfo = await provider.getUserInfo(asked).catch((error: unknown) => {
      throw new ProviderRefusal('unable_to_get_user_info', describeProviderFault(error));
    });
    if (!userInfo?.user) {
      throw new ProviderRefusal('unable_to_get_user_info', 'no profile, or an invalid id token');
    }
    const identity = await identityOf(provider, tokens, userInfo).catch(() => undefined);
    if (!identity) throw new ProviderRefusal('unable_to_get_user_info', 'the profile has no subject');
    return identity;
  }

  /**
   * Verifies an id token that a client presents, and gets the profile.
   * @throws {AuthError} 404 `ID_TOKEN_NOT_SUPPORTED`, 401 `INVALID_TOKEN`, `FAILED_TO_GET_USER_INFO`, `USER_EMAIL_NOT_FOUND`.
   */
  async byIdToken(provider: Provider, answer: IdTokenAnswer): Promise<ProviderIdentity> {
    const { supportsIdTokenSignIn, verifyProviderIdToken } = await import('@better-auth/core/oauth2');
    if (!supportsIdTokenSignIn(provider)) throw notFound('ID_TOKEN_NOT_SUPPORTED');
    const { token, nonce, accessToken, refreshToken, user } = answer;
    const isGood = await askWithin(this.config.providerTimeout, () =>
      verifyProviderIdToken(provider, token, nonce),
    ).catch((error: unknown) => this.failed(provider, error));
    if (!isGood) throw unauthorized('INVALID_TOKEN');
    const tokens: OAuth2Tokens = { idToken: token, accessToken, refreshToken };
    const asking = provider.getUserInfoFromIdToken
      ? provider.getUserInfoFromIdToken(token)
      : provider.getUserInfo({ ...tokens, user });
    const userInfo = await asking.catch((error: unknown) => this.failed(provider, error));
    if (!userInfo?.user) throw unauthorized('FAILED_TO_GET_USER_INFO');
    if (!userInfo.user.email) throw unauthorized('USER_EMAIL_NOT_FOUND');
    const identity = await identityOf(provider, tokens, userInfo).catch(() => undefined);
    if (!identity) throw unauthorized('FAILED_TO_GET_USER_INFO');
    return identity;
  }

  private failed({ id }: Provider, error: unknown): undefined {
    this.logger.warn(`checking an id token of ${id} failed: ${describeProviderFault(error)}`);
  }
}

function parsed(text: string | undefined): object | undefined {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
