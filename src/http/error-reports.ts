import { Injectable } from '@nestjs/common';
import { AuthError } from '../errors/auth-error.js';
import type { ErrorCode } from '../errors/error-catalogue.js';
import { Logger } from '../logging/logger.js';
import { REDIRECTS } from './redirect-fields.js';

type Report = (error: object) => unknown;

/** Codes of the steps before the route: the body, and the origin check with its redirect targets. */
const BEFORE_ROUTE: ReadonlySet<string> = new Set<ErrorCode>([
  'BAD_REQUEST',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
  'INVALID_ORIGIN',
  'MISSING_OR_NULL_ORIGIN',
  ...REDIRECTS.map(({ code }) => code),
]);

/**
 * Tells Better Auth's `onAPIError.onError` what its router would tell it: faults, and requests that are refused before they
 * reach a route. Errors that a route answers with are not among them.
 */
@Injectable()
export class ErrorReports {
  private report: Report | undefined;
  private readonly told = new WeakSet<object>();

  constructor(private readonly logger: Logger) {}

  sendTo(report: Report): void {
    this.report = report;
  }

  /** Tells of a refusal, if the request did not reach its route. */
  refused(error: AuthError, method: string): void {
    if (method !== 'GET' && BEFORE_ROUTE.has(error.body?.code ?? '')) void this.tell(error);
  }

  /** Tells of an error once, even if several layers report it. */
  async tell(error: unknown): Promise<void> {
    if (!this.report || typeof error !== 'object' || error === null || this.told.has(error)) return;
    this.told.add(error);
    try {
      await this.report(error);
    } catch {
      this.logger.warn('onAPIError.onError in the module of PLUGINS failed');
    }
  }
}
