import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parses the body as JSON. */
  json<T = unknown>(): T;
  /** The `Set-Cookie` lines in the order of the answer. */
  readonly setCookies: readonly string[];
}

export interface Call {
  readonly method?: string;
  /** A value of undefined removes a header that the client sends by default. */
  readonly headers?: Record<string, string | undefined>;
  /** A string is sent as it is, any other value as JSON. */
  readonly body?: unknown;
}

/**
 * Sends requests exactly as given and stores cookies like a browser. Node's `fetch` would normalise paths and add
 * `sec-fetch-mode` (src/http/protocol.md, "Form CSRF").
 */
export class BrowserLikeClient {
  /**
   * @param origin the server's origin. Every request has it as `Origin` header unless `sendOrigin` is false.
   * @param cookies the map of another client, to share cookies with it. A browser shares them between ports of one host.
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
      // Node sends `path` unchanged, even if it is malformed.
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
