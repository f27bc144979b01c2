import { Inject, Injectable } from '@nestjs/common';
import { BASE_PATH, type Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { randomToken, URL_SAFE } from '../crypto/random.js';
import type { Provider } from '../providers/provider.js';
import { OAuthState, type StateToKeep } from './oauth-state.js';
import type { LinkTarget } from './oauth-state-data.js';

/** What a client may choose for the way to the provider and back. */
export interface AuthorizationRequest {
  readonly callbackURL?: string;
  readonly errorCallbackURL?: string;
  readonly newUserCallbackURL?: string;
  readonly requestSignUp?: boolean;
  readonly scopes?: string[];
  readonly loginHint?: string;
  readonly additionalParams?: Record<string, string>;
  readonly additionalData?: Record<string, unknown>;
}

/** The way to a provider. */
export interface Departure {
  /** The provider's sign-in page. */
  readonly url: string;
  /** The cookie that the browser must bring back. */
  readonly state: StateToKeep;
}

/** Sends people to their provider (src/social/protocol.md, "Authorization URL"). */
@Injectable()
export class Authorization {
  constructor(
    private readonly state: OAuthState,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Makes the URL of the provider's sign-in page, and stores what the callback needs. */
  async begin(provider: Provider, request: AuthorizationRequest, link?: LinkTarget): Promise<Departure> {
    const state = randomToken(32, URL_SAFE);
    const codeVerifier = randomToken(128, URL_SAFE);
    const idTokenNonce = provider.requiresIdTokenNonce ? randomToken(32) : undefined;
    const url = await provider.createAuthorizationURL({
      state,
      codeVerifier,
      idTokenNonce,
      redirectURI: this.redirectUriOf(provider),
      scopes: request.scopes,
      loginHint: request.loginHint,
      additionalParams: request.additionalParams,
    });
    // The server's values come last, so that a client's `additionalData` cannot replace them.
    const data = {
      ...request.additionalData,
      callbackURL: request.callbackURL || this.config.origin,
      codeVerifier,
      errorURL: request.errorCallbackURL,
      newUserURL: request.newUserCallbackURL,
      link,
      serverContext: undefined,
      expiresAt: this.state.expiry(),
      requestSignUp: request.requestSignUp,
      idTokenNonce,
      providerId: provider.id,
    };
    return { url: url.toString(), state: await this.state.store(state, data) };
  }

  redirectUriOf(provider: Provider): string {
    return `${this.config.origin}${BASE_PATH}/callback/${provider.id}`;
  }
}
