import { Injectable } from '@nestjs/common';
import { Redirect } from '../http/answer.js';
import type { Client } from '../http/client.js';
import { signInOptionsOf, type Provider } from '../providers/provider.js';
import { Providers } from '../providers/providers.js';
import { CallbackErrors } from './callback-errors.js';
import { LinkCallback } from './link-callback.js';
import type { OAuthStateData } from './oauth-state-data.js';
import { ProviderAnswer, type CodeAnswer } from './provider-answer.js';
import { ProviderRefusal } from './provider-refusal.js';
import { SignInMetrics } from '../sessions/sign-in-metrics.js';
import { ProviderSignIn } from './provider-sign-in.js';

/** The parameters that the browser brings from the provider. */
interface CallbackAnswer {
  readonly code?: string;
  readonly error?: string;
  readonly error_description?: string;
  readonly device_id?: string;
  readonly user?: string;
  readonly iss?: string;
}

/** Completes a callback whose state is valid: creates a session or links an account. */
@Injectable()
export class CallbackCompletion {
  constructor(
    private readonly providers: Providers,
    private readonly answer: ProviderAnswer,
    private readonly providerSignIn: ProviderSignIn,
    private readonly linkCallback: LinkCallback,
    private readonly errors: CallbackErrors,
    private readonly signIns: SignInMetrics,
  ) {}

  async complete(
    id: string,
    { code, error, error_description: description, iss, user, device_id: deviceId }: CallbackAnswer,
    data: OAuthStateData,
    client: Client,
  ): Promise<Redirect> {
    const provider = await this.providers.get(id);
    if (provider) requireAnswerOf(provider, data, iss);
    if (error) {
      const attempt = { method: provider?.id ?? 'unknown', client };
      if (!data.link) await this.signIns.failed(attempt, 'refused_by_provider');
      return this.errors.toErrorPage(data.errorURL, error, description);
    }
    if (!code) throw new ProviderRefusal('no_code', 'the callback has no code');
    if (!provider) throw new ProviderRefusal('oauth_provider_not_found', 'this provider is not configured');
    const complete = () => this.completeWith(provider, { code, user, deviceId }, data, client);
    return data.link ? complete() : this.signIns.counting({ method: provider.id, client }, complete, codeOf);
  }

  private async completeWith(
    provider: Provider,
    given: Pick<CodeAnswer, 'code' | 'user' | 'deviceId'>,
    data: OAuthStateData,
    client: Client,
  ): Promise<Redirect> {
    const { codeVerifier, idTokenNonce, callbackURL, newUserURL } = data;
    const answer = { ...given, codeVerifier, idTokenNonce };
    const identity = await this.answer.byCode(provider, answer).catch((fault: unknown) => {
      throw named(fault, provider);
    });
    if (!callbackURL) throw new ProviderRefusal('no_callback_url', 'the state has no callbackURL');
    if (data.link) {
      await this.linkCallback.complete(data.link, identity, client);
      return new Redirect(callbackURL);
    }
    const { account, isNew, ...signedIn } = await this.providerSignIn.signIn(identity, {
      callbackURL,
      disableSignUp: isSignUpOff(provider, data),
      overrideUserInfo: signInOptionsOf(provider).overrideUserInfoOnSignIn ?? false,
      client,
    });
    return new Redirect((isNew && newUserURL) || callbackURL, { account, signedIn });
  }
}

/**
 * A provider that is under an attacker's control must not get a code of another provider, and its own code must not
 * complete a sign-in that another provider began (RFC 9700 §4.4).
 * @throws {ProviderRefusal} `state_mismatch`, `issuer_mismatch`, `issuer_missing`.
 */
function requireAnswerOf(provider: Provider, { providerId }: OAuthStateData, iss: string | undefined): void {
  if (providerId !== undefined && providerId !== provider.id)
    throw new ProviderRefusal('state_mismatch', `${provider.id}, the sign-in began at another provider`);
  if (iss && provider.issuer && iss !== provider.issuer)
    throw new ProviderRefusal(
      'issuer_mismatch',
      `${provider.id}, the answer came from another issuer (RFC 9207)`,
    );
  if (!iss && provider.namesIssuer)
    throw new ProviderRefusal(
      'issuer_missing',
      `${provider.id}, the answer names no issuer, which the provider always does`,
    );
}

const codeOf = (error: unknown) => (error instanceof ProviderRefusal ? error.code : undefined);

const isSignUpOff = (provider: Provider, { requestSignUp }: OAuthStateData) =>
  (provider.disableImplicitSignUp && !requestSignUp) || signInOptionsOf(provider).disableSignUp || false;

const named = (fault: unknown, { id }: Provider) =>
  fault instanceof ProviderRefusal ? new ProviderRefusal(fault.code, `${id}, ${fault.reason}`) : fault;
