import { Inject, Injectable } from '@nestjs/common';
import type { DatabaseError } from 'pg';
import type { AuthContext, BetterAuthOptions } from '@better-auth/core';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { AuthError } from '../../errors/auth-error.js';
import { ErrorReports } from '../../http/error-reports.js';
import { Logger } from '../../logging/logger.js';
import { hostedCalls } from './hosted-call.js';
import type { Library } from './library.js';

/** Logs the messages and errors of the library, and gives them to the functions of the module. */
@Injectable()
export class HostLog {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly logger: Logger,
    private readonly reports: ErrorReports,
  ) {}

  options(): Pick<BetterAuthOptions, 'logger' | 'onAPIError'> {
    const { errorURL } = this.config.onAPIError;
    return {
      logger: loggerOf(this.logger),
      onAPIError: {
        ...(errorURL === undefined ? {} : { errorURL }),
        // `HostedRoutes` judges whose fault it is, and logs it.
        onError: async (error) => {
          const call = hostedCalls.getStore();
          if (call && !hasStatus(error)) call.fault = error;
          await this.reports.tell(error);
        },
      },
    };
  }

  /** Gives errors to the function of the module, also those of this server's own routes. */
  reportTo(library: Library, context: AuthContext): void {
    const { onError } = this.config.functions.onAPIError ?? {};
    if (onError) this.reports.sendTo((error) => onError(asOfLibrary(error, library), context));
  }
}

/** The error as the library itself would throw it. */
function asOfLibrary(error: object, { APIError }: Library): unknown {
  if (error instanceof AuthError) {
    const status = error.status === 403 ? 'FORBIDDEN' : (error.status as 400);
    return new APIError(status, error.body && { ...error.body });
  }
  const { driverError } = error as { driverError?: Partial<DatabaseError> };
  if (!driverError) return error;
  // The parameters of the statement and the details may be secrets.
  const { message, stack, code, table, constraint } = driverError;
  return Object.assign(new Error(message), { name: 'DatabaseError', stack, code, table, constraint });
}

const hasStatus = (error: unknown) => typeof (error as { statusCode?: unknown }).statusCode === 'number';

/** The library's messages may quote rows, so only their severity and a constant are logged, and its errors as faults. */
function loggerOf(logger: Logger): BetterAuthOptions['logger'] {
  return {
    level: 'warn',
    log(level, _message, ...details: unknown[]) {
      const fault = details.find((detail) => detail instanceof Error);
      const call = hostedCalls.getStore();
      const stack = details.find(
        (detail): detail is string => typeof detail === 'string' && /\n\s+at /.test(detail),
      );
      if (call && stack !== undefined) call.reported = stack;
      if (level === 'error' && fault) logger.fault(fault);
      else if (level === 'error') logger.warn('a plugin reported an error');
    },
  };
}
