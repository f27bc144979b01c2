import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BASE_PATH, type Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { Text } from '../../http/fields.js';
import { redirect } from '../../http/redirect.js';
import { Providers } from '../../providers/providers.js';
import { Authorization } from '../authorization.js';
import { CallbackCompletion } from '../callback-completion.js';
import { CallbackErrors } from '../callback-errors.js';
import { OAuthState, StateRefusal } from '../oauth-state.js';
import { ProviderRefusal } from '../provider-refusal.js';

export class CallbackParameters {
  static readonly optional = true;

  @Text({ optional: true, description: 'That the provider issued' })
  code?: string;

  @Text({ optional: true, description: 'Why the provider issued none' })
  error?: string;

  @Text({ optional: true })
  device_id?: string;

  @Text({ optional: true })
  error_description?: string;

  @Text({ optional: true, description: 'That the sign-in began with' })
  state?: string;

  @Text({ optional: true, description: 'JSON of Apple' })
  user?: string;

  @Text({ optional: true, description: 'Issuer (RFC 9207)' })
  iss?: string;
}

const NAMES = ['code', 'error', 'device_id', 'error_description', 'state', 'user', 'iss'] as const;

/** The provider's answer, brought by the browser: signs in, or links an account (protocol.md §1.9). */
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

  /**
   * A form that a provider lets the browser post comes without cookies, so it is sent here once more as a link.
   * @throws {AuthError} 302, always.
   */
  resend(id: string, body: CallbackParameters, query: CallbackParameters): never {
    const merged = NAMES.flatMap((name): [string, string][] => {
      const value = query[name] ?? body[name];
      return value === undefined ? [] : [[name, value]];
    });
    const parameters = new URLSearchParams(merged).toString();
    throw redirect(`${this.config.origin}${BASE_PATH}/callback/${encodeURIComponent(id)}?${parameters}`);
  }

  /** @throws {AuthError} 302, always: where the sign-in was to lead, or to the error page with its code. */
  async execute(
    id: string,
    parameters: CallbackParameters,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<never> {
    const { state, code } = parameters;
    if (!state) {
      if (state === undefined && code) await this.restart(id, reply);
      throw this.errors.refused(
        new ProviderRefusal('state_not_found', 'the callback has no state'),
        undefined,
      );
    }
    const data = await this.state.redeem(state, request, reply).catch((error: unknown) => {
      throw error instanceof StateRefusal ? this.errors.refused(error, error.errorURL) : error;
    });
    const target = await this.completion
      .complete(id, parameters, data, { request, reply })
      .catch((error: unknown) => {
        throw this.errors.refused(error, data.errorURL);
      });
    throw redirect(target);
  }

  /** Some providers send people who began there, without a state: begin anew, with one. */
  private async restart(id: string, reply: FastifyReply): Promise<void> {
    const provider = await this.providers.get(id);
    if (provider?.allowIdpInitiated) throw redirect(await this.authorization.begin(provider, {}, reply));
  }
}
