import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AuthError } from '../errors/auth-error.js';
import { Metrics } from '../metrics/metrics.js';

/** Counts sign-ins by outcome. */
@Injectable()
export class SignInMetrics {
  private readonly attempts: Counter<'method' | 'outcome'>;

  constructor(metrics: Metrics) {
    this.attempts = metrics.counter({
      name: 'gatehouse_sign_ins_total',
      help: 'Sign-ins by method (email, or the provider) and outcome: success, or the error code of the answer',
      labels: ['method', 'outcome'],
    });
  }

  /**
   * @param method `email`, or the id of a configured provider. Never a text of the client.
   * @param codeOf the code of an error that the caller's folder defines.
   */
  async counting<Result>(
    method: string,
    signIn: () => Promise<Result>,
    codeOf: (error: unknown) => string | undefined = () => undefined,
  ): Promise<Result> {
    try {
      const result = await signIn();
      this.count(method, 'success');
      return result;
    } catch (error) {
      const code = codeOf(error) ?? (error instanceof AuthError ? error.body?.code : undefined);
      this.count(method, code?.toLowerCase() ?? 'fault');
      throw error;
    }
  }

  count(method: string, outcome: string): void {
    this.attempts.inc({ method, outcome });
  }
}
