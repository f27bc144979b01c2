import type { Environment } from './environment.js';

/** Where and what to send with OpenTelemetry. */
export interface TelemetryConfig {
  readonly traces: boolean;
  readonly metrics: boolean;
  /** Milliseconds between two exports of the metrics. */
  readonly metricInterval: number;
  /** All variables that begin with `OTEL_`. OpenTelemetry's own packages read the others. */
  readonly variables: Readonly<Record<string, string>>;
}

interface Values {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  readonly OTEL_SDK_DISABLED?: boolean;
  readonly OTEL_TRACES_EXPORTER?: 'otlp' | 'none';
  readonly OTEL_METRICS_EXPORTER?: 'otlp' | 'none';
  readonly OTEL_METRIC_EXPORT_INTERVAL?: number;
}

/** Undefined if no collector is configured, or OpenTelemetry is off. */
export function telemetryFrom(values: Values, environment: Environment): TelemetryConfig | undefined {
  if (!values.OTEL_EXPORTER_OTLP_ENDPOINT || values.OTEL_SDK_DISABLED) return undefined;
  const variables = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[0].startsWith('OTEL_') && Boolean(entry[1]),
  );
  return {
    traces: values.OTEL_TRACES_EXPORTER !== 'none',
    metrics: values.OTEL_METRICS_EXPORTER !== 'none',
    metricInterval: values.OTEL_METRIC_EXPORT_INTERVAL ?? 60_000,
    variables: Object.fromEntries(variables),
  };
}
