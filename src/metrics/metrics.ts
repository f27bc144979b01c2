import { Injectable } from '@nestjs/common';
import {
  Counter,
  Gauge,
  Histogram,
  Registry,
  collectDefaultMetrics,
  type MetricObjectWithValues,
  type MetricValue,
} from 'prom-client';

interface Description<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

/** The metrics of this process. Their owners add them when they are constructed. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Returns all metrics in the text format of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** Returns all metrics as objects. */
  values(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
    return this.registry.getMetricsAsJSON();
  }

  /** Adds a value that goes up and down. `read` is called for each request for the metrics. */
  gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      collect: () => gauge.set(read()),
    });
  }

  /** Adds a fact about this process: the value 1 with labels that never change. */
  fact(name: string, help: string, labels: Readonly<Record<string, string>>): void {
    const gauge = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [this.registry] });
    gauge.set({ ...labels }, 1);
  }

  /** Adds a total that its owner counts from the start of the process. */
  total(name: string, help: string, read: () => number): void {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        counter.inc(read());
      },
    });
  }

  /**
   * Adds a gauge with one label. If the values cannot be read, for example because the database does not answer, the
   * gauge is left out and the other metrics are shown.
   */
  gauges<Label extends string>(
    { name, help, labels: [label] }: Description<Label> & { readonly labels: readonly [Label] },
    read: () => Promise<Readonly<Record<string, number>>>,
  ): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect: async () => {
        gauge.reset();
        const values = await read().catch(() => ({}));
        for (const [value, count] of Object.entries(values)) gauge.set({ [label]: value }, count);
      },
    });
  }

  /** Adds a counter that its owner increments. */
  counter<Label extends string>({ name, help, labels }: Description<Label>): Counter<Label> {
    return new Counter({ name, help, labelNames: labels, registers: [this.registry] });
  }

  /**
   * Adds a histogram of durations.
   * @param buckets upper bounds in seconds.
   */
  durations<Label extends string>(
    { name, help, labels }: Description<Label>,
    buckets: readonly number[],
  ): Histogram<Label> {
    return new Histogram({
      name,
      help,
      labelNames: labels,
      buckets: [...buckets],
      registers: [this.registry],
    });
  }
}
