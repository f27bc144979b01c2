import type { IncomingHttpHeaders } from 'node:http';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  context,
  createTraceState,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { withDeadline } from '../concurrency/with-deadline.js';
import type { TelemetryConfig } from '../config/telemetry-settings.js';
import { callersSpan } from '../logging/trace-context.js';
import type { Metrics } from '../metrics/metrics.js';
import { packageVersion } from '../metrics/package-version.js';
import { PrometheusProducer } from './prometheus-producer.js';
import type { RequestTrace, Telemetry } from './telemetry.js';
import { traceWork } from './trace-work.js';

/** Milliseconds that a stopping server waits for the collector. */
const LAST_CALL = 2000;

type Answered = Parameters<RequestTrace['end']>[0];

/** The packages of OpenTelemetry read their variables from the environment only, so it gets those of `.env` too. */
export function startOpenTelemetry(config: TelemetryConfig, metrics: Metrics): Telemetry {
  Object.assign(process.env, config.variables);
  const resource = resourceFromAttributes({
    'service.name': 'gatehouse',
    'service.version': packageVersion(),
  }).merge(detectResources({ detectors: [envDetector] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const traces = new BasicTracerProvider({
    resource,
    spanProcessors: config.traces ? [new BatchSpanProcessor(new OTLPTraceExporter())] : [],
  });
  const readers = config.metrics
    ? [
        new PeriodicExportingMetricReader({
          exporter: new OTLPMetricExporter(),
          exportIntervalMillis: config.metricInterval,
          exportTimeoutMillis: Math.min(config.metricInterval, 30_000),
          metricProducers: [new PrometheusProducer(metrics)],
        }),
      ]
    : [];
  const meters = new MeterProvider({ resource, readers });
  const tracer = traces.getTracer('gatehouse');
  traceWork(tracer);
  return new OpenTelemetry(tracer, async () => {
    await Promise.all([traces.shutdown(), meters.shutdown()]);
  });
}

class OpenTelemetry implements Telemetry {
  constructor(
    private readonly tracer: Tracer,
    private readonly shutDown: () => Promise<void>,
  ) {}

  begin(headers: IncomingHttpHeaders): RequestTrace {
    const parent = parentOf(headers);
    const span = this.tracer.startSpan('request', { kind: SpanKind.SERVER }, parent);
    const inside = trace.setSpan(parent, span);
    return {
      traceId: span.spanContext().traceId,
      run: (work) => context.with(inside, work),
      end: (answered) => endRequest(span, answered),
    };
  }

  repeated(headers: IncomingHttpHeaders, answered: Answered): void {
    this.begin(headers).end(answered);
  }

  async stop(): Promise<void> {
    // A collector that is away must not delay the end.
    const late = () => new Error('the collector did not answer');
    await withDeadline(LAST_CALL, this.shutDown(), late).catch(() => {});
  }
}

function parentOf({ traceparent, tracestate }: IncomingHttpHeaders & { tracestate?: string }): Context {
  const caller = callersSpan(traceparent);
  if (!caller) return ROOT_CONTEXT;
  const { traceId, spanId, flags } = caller;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: flags,
    isRemote: true,
    ...(tracestate && { traceState: createTraceState(tracestate) }),
  });
}

/** The route's pattern and never the URL, because a URL may hold a token. */
function endRequest(span: Span, { method, route, status }: Answered): void {
  const attributes: Attributes = {
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': status,
  };
  span.updateName(`${method} ${route}`).setAttributes(attributes);
  if (status >= 500)
    span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', String(status));
  span.end();
}
