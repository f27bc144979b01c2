import { ValueType, type HrTime } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type CollectionResult,
  type DataPoint,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { Metrics } from '../metrics/metrics.js';

type Metric = MetricObjectWithValues<MetricValue<string>>;
type Value = MetricValue<string> & { readonly metricName?: string };

/** Gives the metrics of `/metrics` to OpenTelemetry, so that both always show the same. */
export class PrometheusProducer implements MetricProducer {
  private readonly began = now();

  constructor(private readonly metrics: Metrics) {}

  async collect(): Promise<CollectionResult> {
    const all = await this.metrics.values();
    const metrics = all.flatMap((metric) => this.convert(metric) ?? []);
    const scopeMetrics = [{ scope: { name: 'gatehouse' }, metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }

  private convert(metric: Metric): MetricData | undefined {
    const common = {
      descriptor: { name: metric.name, description: metric.help, unit: '', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    };
    const type = String(metric.type);
    if (type === 'histogram') {
      const dataPoints = this.histograms(metric);
      return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints };
    }
    const dataPoints = metric.values.map(({ labels, value }) => this.point(labels, value));
    if (type === 'counter')
      return { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
    if (type === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
    return undefined;
  }

  /** Prometheus has a line for each bucket, with the sum of all smaller ones. */
  private histograms(metric: Metric): DataPoint<Histogram>[] {
    const groups = new Map<string, Value[]>();
    for (const value of metric.values as Value[]) {
      const { le: _, ...labels } = value.labels;
      const key = JSON.stringify(labels);
      groups.set(key, [...(groups.get(key) ?? []), value]);
    }
    return [...groups].map(([key, values]) => {
      const buckets = values.filter(({ labels }) => labels['le'] !== undefined);
      const of = (suffix: string) =>
        values.find(({ metricName }) => metricName?.endsWith(suffix))?.value ?? 0;
      return this.point(JSON.parse(key) as Labels, {
        buckets: {
          boundaries: buckets.map(({ labels }) => Number(labels['le'])).filter(Number.isFinite),
          counts: buckets.map(({ value }, index) => value - (buckets[index - 1]?.value ?? 0)),
        },
        sum: of('_sum'),
        count: of('_count'),
      });
    });
  }

  private point<T>(labels: Labels, value: T): DataPoint<T> {
    return { startTime: this.began, endTime: now(), attributes: { ...labels }, value };
  }
}

type Labels = Partial<Record<string, string | number>>;

function now(): HrTime {
  const milliseconds = Date.now();
  return [Math.floor(milliseconds / 1000), (milliseconds % 1000) * 1_000_000];
}
