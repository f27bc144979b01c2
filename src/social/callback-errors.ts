import { Inject, Injectable } from '@nestjs/common';
import { BASE_PATH, type Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AuthError } from '../errors/auth-error.js';
import { Redirect } from '../http/answer.js';
import { withQuery } from '../http/with-query.js';
import { Logger } from '../logging/logger.js';
import { ProviderRefusal } from './provider-refusal.js';

/** Characters that the error page gets of what a provider sent. */
const LONGEST_CODE = 100;
const LONGEST_DESCRIPTION = 500;

/** Logs a failed callback, and redirects the browser to the error page of the sign-in. */
@Injectable()
export class CallbackErrors {
  constructor(
    private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Unexpected errors also redirect to the error page, because a person cannot use a bare JSON answer.
   * @throws {AuthError} the error itself if it has no code to send to the page.
   */
  refused(error: unknown, errorURL: string | undefined): Redirect {
    if (error instanceof ProviderRefusal) {
      this.logger.warn(`sign-in at a provider refused, ${error.code}: ${error.reason}`);
      return this.toErrorPage(errorURL, error.code);
    }
    if (!(error instanceof AuthError)) {
      this.logger.fault(error);
      return this.toErrorPage(errorURL, 'internal_server_error');
    }
    const { code, message } = error.body ?? {};
    if (!code) throw error;
    return this.toErrorPage(errorURL, code, message);
  }

  toErrorPage(errorURL: string | undefined, code: string, description?: string): Redirect {
    const own = `${this.config.origin}${BASE_PATH}/error`;
    const parameters = {
      error: code.slice(0, LONGEST_CODE),
      ...(description && { error_description: description.slice(0, LONGEST_DESCRIPTION) }),
    };
    const target =
      withQuery(errorURL || this.config.onAPIError.errorURL || own, parameters) ?? withQuery(own, parameters);
    return new Redirect(target ?? own);
  }
}
