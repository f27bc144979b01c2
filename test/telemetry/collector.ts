import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
}

export interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}

export interface Metric {
  readonly name: string;
  readonly sum?: { readonly dataPoints: readonly Point[]; readonly isMonotonic: boolean };
  readonly gauge?: { readonly dataPoints: readonly Point[] };
  readonly histogram?: { readonly dataPoints: readonly Point[] };
}

interface Point {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly count?: number;
  readonly explicitBounds?: readonly number[];
  readonly bucketCounts?: readonly number[];
}

interface Export {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
  }[];
}

export interface Collector {
  readonly url: string;
  readonly spans: readonly Span[];
  /** The latest export of the metrics. */
  readonly metrics: readonly Metric[];
  readonly resource: readonly Attribute[];
  /** Header of the last request. */
  header(name: string): string | undefined;
  until(holds: () => boolean, what: string): Promise<void>;
  stop(): Promise<void>;
}

/** Receives OTLP over HTTP, as JSON, as an OpenTelemetry collector does. */
export async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  let metrics: Metric[] = [];
  let resource: readonly Attribute[] = [];
  let headers: NodeJS.Dict<string | string[]> = {};
  const server = createServer((request, response) => {
    void (async () => {
      headers = request.headers;
      const { resourceSpans = [], resourceMetrics = [] } = (await json(request)) as Export;
      spans.push(...resourceSpans.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans)));
      const told = resourceMetrics.flatMap((each) => each.scopeMetrics.flatMap((scope) => scope.metrics));
      if (told.length > 0) metrics = told;
      resource = [...resourceSpans, ...resourceMetrics][0]?.resource.attributes ?? resource;
      response.setHeader('content-type', 'application/json').end('{}');
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    get metrics() {
      return metrics;
    },
    get resource() {
      return resource;
    },
    header: (name) => headers[name]?.toString(),
    async until(holds, what) {
      const end = Date.now() + 40_000;
      while (!holds()) {
        if (Date.now() > end) throw new Error(`timed out waiting for ${what}`);
        await sleep(50);
      }
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
