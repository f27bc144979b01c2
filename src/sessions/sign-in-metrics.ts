import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Audit } from '../audit/audit.js';
import { AuthError } from '../errors/auth-error.js';
import type { Client } from '../http/client.js';
import { Metrics } from '../metrics/metrics.js';

/** A sign-in that is under way. */
export interface SignInAttempt {
  /** `email`, or the id of a configured provider. Never a text of the client. */
  readonly method: string;
  readonly client: Client;
  /** Id of the user whose sign-in this is, as soon as that is known. */
  userId?: string | undefined;
}

/** Counts sign-ins by outcome, and records in the audit trail which failed. */
@Injectable()
export class SignInMetrics {
  private readonly attempts: Counter<'method' | 'outcome'>;

  constructor(
    metrics: Metrics,
    private readonly audit: Audit,
  ) {
    this.attempts = metrics.counter({
      name: 'gatehouse_sign_ins_total',
      help: 'Sign-ins by method (email, or the provider) and outcome: success, or the error code of the answer',
      labels: ['method', 'outcome'],
    });
  }

  /**
   * @param codeOf the code of an error that the caller's folder defines.
   */
  async counting<Result>(
    attempt: SignInAttempt,
    signIn: () => Promise<Result>,
    codeOf: (error: unknown) => string | undefined = () => undefined,
  ): Promise<Result> {
    try {
      const result = await signIn();
      this.count(attempt.method, 'success');
      return result;
    } catch (error) {
      const code = codeOf(error) ?? (error instanceof AuthError ? error.body?.code : undefined);
      await this.failed(attempt, code?.toLowerCase() ?? 'fault');
      throw error;
    }
  }

  async failed({ method, client, userId }: SignInAttempt, reason: string): Promise<void> {
    this.count(method, reason);
    const details = { method, route: client.route };
    await this.audit.record({ event: 'sign_in.failed', client, subject: userId, reason, details });
  }

  private count(method: string, outcome: string): void {
    this.attempts.inc({ method, outcome });
  }
}
