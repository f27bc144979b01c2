import { SpanKind, SpanStatusCode, context, trace, type Attributes, type Tracer } from '@opentelemetry/api';
import { PASSWORD_HASHES } from '../accounts/observed-hashes.js';
import { STATEMENTS } from '../database/observed-client.js';
import { sqlState } from '../database/sql-state.js';
import type { Observed } from '../metrics/observed.js';
import { PROVIDER_CALLS } from '../providers/observed-provider.js';

interface Description {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** Adds a span for each statement, password hash and call to a provider that a traced request causes. */
export function traceWork(tracer: Tracer): void {
  spans(tracer, STATEMENTS, ({ operation, name }) => ({
    name: name ?? operation,
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'postgresql', 'db.operation.name': operation.toUpperCase() },
  }));
  spans(tracer, PASSWORD_HASHES, ({ phase }) => ({
    name: phase === 'wait' ? 'wait for the hash queue' : 'compute password hash',
    kind: SpanKind.INTERNAL,
    attributes: {},
  }));
  spans(tracer, PROVIDER_CALLS, ({ provider, call }) => ({
    name: `${provider} ${call}`,
    kind: SpanKind.CLIENT,
    attributes: { 'gatehouse.provider': provider },
  }));
}

function spans<About>(tracer: Tracer, work: Observed<About>, describe: (about: About) => Description): void {
  work.watch((about) => {
    const parent = context.active();
    // The server's own regular work, such as the search for mails to send, belongs to no request.
    if (!trace.getSpan(parent)?.isRecording()) return () => {};
    const { name, ...options } = describe(about);
    const span = tracer.startSpan(name, options, parent);
    return (error) => {
      if (error !== undefined)
        span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', typeOf(error));
      span.end();
    };
  });
}

/** An SQLSTATE or the class of the error. Never its message, which may quote a row. */
function typeOf(error: unknown): string {
  return sqlState(error) ?? (error instanceof Error ? error.name : typeof error);
}
