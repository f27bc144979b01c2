import { Inject, Injectable } from '@nestjs/common';
import { BASE_PATH, type Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { Redirect } from '../../http/answer.js';
import type { Client } from '../../http/client.js';
import { LENGTHS, Text } from '../../http/fields.js';
import { Providers } from '../../providers/providers.js';
import { Authorization } from '../authorization.js';
import { CallbackCompletion } from '../callback-completion.js';
import { CallbackErrors } from '../callback-errors.js';
import { OAuthState, StateRefusal } from '../oauth-state.js';
import { ProviderRefusal } from '../provider-refusal.js';

export class CallbackParameters {
  static readonly optional = true;

  @Text({ optional: true, maxLength: LENGTHS.code, description: 'The authorization code of the provider' })
  code?: string;

  @Text({ optional: true, description: 'The provider’s error code, if it issued no `code`' })
  error?: string;

  @Text({ optional: true })
  device_id?: string;

  @Text({ optional: true, maxLength: LENGTHS.code })
  error_description?: string;

  @Text({ optional: true, description: 'The state with which the sign-in began' })
  state?: string;

  @Text({ optional: true, maxLength: LENGTHS.code, description: 'The user as JSON, from Apple only' })
  user?: string;

  @Text({ optional: true, description: 'Issuer (RFC 9207)' })
  iss?: string;
}

const NAMES = ['code', 'error', 'device_id', 'error_description', 'state', 'user', 'iss'] as const;

/**
 * Handles the provider's answer that the browser brings. Signs in, or links an account
 * (src/social/protocol.md, "callback").
 */
@Injectable()
export class Callback {
  constructor(
    private readonly providers: Providers,
    private readonly state: OAuthState,
    private readonly authorization: Authorization,
    private readonly completion: CallbackCompletion,
    private readonly errors: CallbackErrors,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Redirects a form from a provider to the same route by GET, because browsers post cross-site forms without cookies. */
  resend(id: string, body: CallbackParameters, query: CallbackParameters): Redirect {
    const merged = NAMES.flatMap((name): [string, string][] => {
      const value = query[name] ?? body[name];
      return value === undefined ? [] : [[name, value]];
    });
    const parameters = new URLSearchParams(merged).toString();
    const own = `${this.config.origin}${BASE_PATH}/callback/${encodeURIComponent(id)}`;
    return new Redirect(`${own}?${parameters}`);
  }

  /**
   * @param carried the cookies of the request.
   * @returns a redirect to the page that the sign-in named, or to the error page with an error code.
   */
  async execute(
    id: string,
    parameters: CallbackParameters,
    client: Client,
    carried: ReadonlyMap<string, string>,
  ): Promise<Redirect> {
    const { state } = parameters;
    if (!state) return this.withoutState(id, parameters);
    const data = await this.state.redeem(state, carried).catch((error: unknown) => this.refusedState(error));
    if (data instanceof Redirect) return data;
    const onward = await this.completion
      .complete(id, parameters, data, client)
      .catch((error: unknown) => this.errors.refused(error, data.errorURL));
    return this.spendingState(onward);
  }

  /** Some providers let people start there, without a state. The sign-in then starts again with a state. */
  private async withoutState(id: string, { state, code }: CallbackParameters): Promise<Redirect> {
    const provider = state === undefined && code ? await this.providers.get(id) : undefined;
    if (provider?.allowIdpInitiated) {
      const { url, state: kept } = await this.authorization.begin(provider, {});
      return new Redirect(url, { cookies: [kept] });
    }
    return this.errors.refused(
      new ProviderRefusal('state_not_found', 'the callback has no state'),
      undefined,
    );
  }

  private refusedState(error: unknown): Redirect {
    if (!(error instanceof StateRefusal)) throw error;
    const onward = this.errors.refused(error, error.errorURL);
    return error.isSpent ? this.spendingState(onward) : onward;
  }

  private spendingState({ target, parts }: Redirect): Redirect {
    return new Redirect(target, { ...parts, cookies: [{ cookie: this.state.cookie }] });
  }
}
