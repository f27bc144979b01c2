import type { IncomingHttpHeaders } from 'node:http';
import type { AnsweredRequest } from '../logging/logger.js';

export interface RequestTrace {
  readonly traceId: string;
  /** Runs `work` so that everything which it begins belongs to this request. */
  run(work: () => void): void;
  end(answered: { readonly method: string; readonly route: string; readonly status: number }): void;
}

/** Sends traces and metrics to an OpenTelemetry collector. */
export interface Telemetry {
  begin(headers: IncomingHttpHeaders): RequestTrace;
  /** Traces an answer that took no time. */
  repeated(headers: IncomingHttpHeaders, answered: AnsweredRequest): void;
  /** Sends what is left. */
  stop(): Promise<void>;
}
