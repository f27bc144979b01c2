import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, aPerson } from '../setup/people.js';
import { startCollector, type Attribute, type Collector } from './collector.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const traceparent = `00-${TRACE}-${CALLER}-01`;

const valueOf = (attributes: readonly Attribute[], name: string) => {
  const { stringValue, intValue } = attributes.find(({ key }) => key === name)?.value ?? {};
  return stringValue ?? intValue;
};

describe('with a collector', () => {
  let collector: Collector;
  let gatehouse: Gatehouse;

  beforeAll(async () => {
    collector = await startCollector();
    gatehouse = await startGatehouse({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=abc',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      SESSION_CACHE: 'true',
      OIDC_PROVIDERS: JSON.stringify([
        { providerId: 'broken', clientId: 'a', clientSecret: 'b', discoveryUrl: 'http://127.0.0.1:1/x' },
      ]),
    });
  });

  afterAll(async () => {
    await gatehouse.stop();
    await collector.stop();
  });

  const inTrace = (trace: string) => collector.spans.filter(({ traceId }) => traceId === trace);
  const serverSpan = (trace: string) => inTrace(trace).find(({ kind }) => kind === 2);

  test('a request is a span below the one of its caller, with its statements and password hash below it', async () => {
    const client = new BrowserLikeClient(gatehouse.origin);
    await client.post('/api/auth/sign-up/email', aPerson(), { traceparent });
    await collector.until(() => serverSpan(TRACE) !== undefined, 'the span of the request');
    const request = serverSpan(TRACE);
    expect(request).toMatchObject({ name: 'POST /api/auth/sign-up/email', parentSpanId: CALLER });
    expect(valueOf(request?.attributes ?? [], 'http.response.status_code')).toBe(200);
    const below = inTrace(TRACE).filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    const names = below.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['find_email', 'start', 'add_user', 'add_session', 'commit']),
    );
    expect(names).toEqual(expect.arrayContaining(['wait for the hash queue', 'compute password hash']));
    expect(JSON.stringify(inTrace(TRACE))).not.toContain('example.com');
  });

  test('the log line of the request has the trace id', async () => {
    await new BrowserLikeClient(gatehouse.origin).get('/api/auth/ok', { traceparent });
    await gatehouse.told(`"trace_id":"${TRACE}","method":"GET","route":"/api/auth/ok"`);
  });

  test('a request without a caller begins a trace of its own, which the log names', async () => {
    await new BrowserLikeClient(gatehouse.origin).get('/api/auth/error');
    await gatehouse.told('"route":"/api/auth/error"');
    const [, trace = ''] =
      /"trace_id":"(\w{32})","method":"GET","route":"\/api\/auth\/error"/.exec(gatehouse.log()) ?? [];
    await collector.until(() => serverSpan(trace) !== undefined, 'its span');
    expect(serverSpan(trace)?.parentSpanId ?? '').toBe('');
  });

  test('an answer that is sent again from memory has a span too', async () => {
    const trace = TRACE.replace('4', '5');
    const member = await aMember(gatehouse);
    for (let time = 0; time < 4; time++)
      await member.client.get('/api/auth/get-session', { traceparent: `00-${trace}-${CALLER}-01` });
    await collector.until(() => inTrace(trace).filter(({ kind }) => kind === 2).length === 4, 'four spans');
  });

  test('a call to a provider is a span of the request', async () => {
    const trace = TRACE.replace('4', '6');
    await new BrowserLikeClient(gatehouse.origin).post(
      '/api/auth/sign-in/social',
      { provider: 'broken' },
      { traceparent: `00-${trace}-${CALLER}-01` },
    );
    await collector.until(() => serverSpan(trace) !== undefined, 'the span of the request');
    expect(inTrace(trace)).toContainEqual(
      expect.objectContaining({
        name: 'broken discovery',
        status: expect.objectContaining({ code: 2 }) as object,
      }),
    );
  });

  test('the collector gets the metrics of /metrics, with the standard variables applied', async () => {
    const metric = (name: string) => collector.metrics.find((each) => each.name === name);
    await collector.until(
      () => metric('gatehouse_http_request_duration_seconds')?.histogram?.dataPoints.length !== undefined,
      'the metrics',
    );
    expect(metric('gatehouse_password_hashes_total')?.sum?.isMonotonic).toBe(true);
    expect(metric('gatehouse_database_connections')?.gauge?.dataPoints).toHaveLength(2);
    const [point] = metric('gatehouse_database_statement_duration_seconds')?.histogram?.dataPoints ?? [];
    const counts = point?.bucketCounts ?? [];
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(point?.count);
    expect(counts).toHaveLength((point?.explicitBounds?.length ?? 0) + 1);
    expect(valueOf(collector.resource, 'service.name')).toBe('gatehouse');
    expect(valueOf(collector.resource, 'deployment.environment.name')).toBe('test');
    expect(collector.header('x-key')).toBe('abc');
  });
});

test('a collector that is away changes no answer, and delays the end by at most 2 s', async () => {
  const gatehouse = await startGatehouse({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
  await aMember(gatehouse);
  const asked = Date.now();
  expect(await gatehouse.stop()).toBe(0);
  expect(Date.now() - asked).toBeLessThan(5000);
});

describe('without a collector', () => {
  test('the packages of OpenTelemetry are not loaded, and the log still has the trace id of the caller', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-loaded-'));
    const gatehouse = await startGatehouse({ NODE_V8_COVERAGE: folder });
    const client = new BrowserLikeClient(gatehouse.origin);
    await client.get('/api/auth/ok', { traceparent });
    await gatehouse.told(`"trace_id":"${TRACE}"`);
    await client.get('/api/auth/error', { traceparent: traceparent.replace(TRACE, '0'.repeat(32)) });
    await gatehouse.told('"route":"/api/auth/error"');
    expect(gatehouse.log().match(/"trace_id"/g)).toHaveLength(1);
    await gatehouse.stop();
    const reports = await readdir(folder);
    const texts = await Promise.all(reports.map((name) => readFile(join(folder, name), 'utf8')));
    const loaded = texts.flatMap((text) =>
      (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url),
    );
    await rm(folder, { recursive: true });
    expect(loaded.filter((url) => url.endsWith('/dist/src/telemetry/telemetry.module.js'))).toHaveLength(1);
    expect(loaded.filter((url) => /@opentelemetry\/(sdk|exporter|resources)/.test(url))).toEqual([]);
  });
});
