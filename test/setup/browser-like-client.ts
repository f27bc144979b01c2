import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of the JSON body. */
  json<T = unknown>(): T;
  /** `Set-Cookie` lines in order. */
  readonly setCookies: readonly string[];
}

export interface Call {
  readonly method?: string;
  /** Undefined leaves out a header that would be sent. */
  readonly headers?: Record<string, string | undefined>;
  /** An object is sent as JSON, a string as it is. */
  readonly body?: unknown;
}

/**
 * Speaks HTTP as it goes over the wire, and keeps cookies as a browser does. Node's own `fetch` would resolve paths and
 * add `sec-fetch-mode` by itself (protocol.md §5.2).
 */
export class BrowserLikeClient {
  /**
   * @param origin of the server; it is sent as `Origin` with every request unless `sendOrigin` is false.
   * @param cookies shared with the client of another server on the same host, as a browser shares them.
   */
  constructor(
    readonly origin: string,
    private readonly sendOrigin = true,
    readonly cookies = new Map<string, string>(),
  ) {}

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call(path, { headers });
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call(path, { method: 'POST', body, headers });
  }

  call(path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Answer> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = {
      ...(this.sendOrigin ? { origin: this.origin } : {}),
      ...(cookie ? { cookie } : {}),
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
      ...headers,
    };
    const present = Object.entries(sent).filter(([, value]) => value !== undefined);
    const { hostname, port } = new URL(this.origin);
    return new Promise((resolve, reject) => {
      // `path` goes out untouched, be it ever so odd.
      const request = httpRequest(
        { hostname, port, path, method, headers: Object.fromEntries(present) },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const setCookies = response.headers['set-cookie'] ?? [];
            for (const line of setCookies) this.keep(line);
            const received = Buffer.concat(chunks).toString();
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: received,
              json: <T>() => JSON.parse(received) as T,
              setCookies,
            });
          });
        },
      );
      request.once('error', reject);
      request.end(text);
    });
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(equals + 1));
  }
}
