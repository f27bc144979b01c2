/** What a client may take of the server. Times are in seconds. */
export interface Limits {
  /** Bytes of a request body. */
  readonly body: number;
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly keepAliveTimeout: number;
  readonly maxConnections: number;
  readonly connectionsPerClient: number;
}

interface LimitValues {
  readonly BODY_LIMIT?: number;
  readonly HEADERS_TIMEOUT?: number;
  readonly REQUEST_TIMEOUT?: number;
  readonly KEEP_ALIVE_TIMEOUT?: number;
  readonly MAX_CONNECTIONS?: number;
  readonly CONNECTIONS_PER_CLIENT?: number;
}

export function limitsFrom(values: LimitValues): Limits {
  return {
    body: values.BODY_LIMIT ?? 2 * 1024 * 1024,
    headersTimeout: values.HEADERS_TIMEOUT ?? 15,
    requestTimeout: values.REQUEST_TIMEOUT ?? 30,
    keepAliveTimeout: values.KEEP_ALIVE_TIMEOUT ?? 72,
    maxConnections: values.MAX_CONNECTIONS ?? 10_000,
    connectionsPerClient: values.CONNECTIONS_PER_CLIENT ?? 1000,
  };
}
