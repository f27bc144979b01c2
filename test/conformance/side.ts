import { request as httpRequest } from 'node:http';
import type { OpenIdProvider } from '../openid/openid-provider.js';
import type { TestDatabase } from '../setup/database.js';

/** One of the two servers with its own database, as the steps of a scenario see it. */
export interface Side {
  readonly origin: string;
  readonly database: TestDatabase;
  /** A cookie store by the name of the browser it stands for. */
  cookies(browser: string): Map<string, string>;
  /** What earlier steps saved, such as a token. */
  readonly saved: Map<string, string>;
  /** Mails sent since the scenario began. */
  mails(): Mail[];
  /** What the server has written since then. */
  written(): string;
  /** The provider that both servers know, where the option set has one. */
  readonly provider?: OpenIdProvider | undefined;
}

export interface Mail {
  readonly kind: string;
  readonly to: string;
  readonly url: string;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  /** Undefined leaves a header out. `{origin}` stands for the server's own. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** An object or array is sent as JSON, a string as it is. */
  readonly body?: unknown;
  /** Whose cookies go out and are kept. */
  readonly browser: string;
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case, `set-cookie` in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
}

/** Milliseconds. A server that hangs has answered nothing. */
const PATIENCE = 10_000;

/** Bytes: some tests have longer cookies than Node would take. */
const HEADER_LIMIT = 4 * 1024 * 1024;

interface Surroundings {
  /** Everything the server has written; a mail is one line of it. */
  readonly log: () => string;
  readonly provider?: OpenIdProvider | undefined;
}

export function createSide(
  origin: string,
  database: TestDatabase,
  { log, provider }: Surroundings,
): Side & { reset(): Promise<void> } {
  const stores = new Map<string, Map<string, string>>();
  const saved = new Map<string, string>();
  let begun = log().length;
  const written = () => log().slice(begun);
  return {
    origin,
    database,
    saved,
    provider,
    cookies(browser) {
      const store = stores.get(browser) ?? new Map<string, string>();
      stores.set(browser, store);
      return store;
    },
    async reset() {
      stores.clear();
      saved.clear();
      await database.query('delete from users');
      await database.query('delete from verifications');
      begun = log().length;
    },
    written,
    mails: () =>
      [...written().matchAll(/\bmail ([\w-]+) to ([^\s:]+): (https?:[^\s"\\]+)/g)].map(
        ([, kind = '', to = '', url = '']) => ({ kind, to, url }),
      ),
  };
}

/** Over the wire as it is written; Node's `fetch` would mend paths and add headers. */
export function send(side: Side, request: Request): Promise<Answer> {
  const store = side.cookies(request.browser);
  const text =
    request.body === undefined || typeof request.body === 'string'
      ? request.body
      : JSON.stringify(request.body);
  const headers = headersOf(side, request, store, text);
  const { hostname, port } = new URL(side.origin);
  return new Promise((resolve, reject) => {
    const options = {
      hostname,
      port,
      path: request.path,
      method: request.method,
      headers,
      timeout: PATIENCE,
      maxHeaderSize: HEADER_LIMIT,
    };
    const call = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        for (const line of response.headers['set-cookie'] ?? []) keep(store, line);
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          headers: pairs(response.rawHeaders),
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    call.once('timeout', () => call.destroy(new Error('no answer')));
    call.once('error', reject);
    call.end(text);
  });
}

function headersOf(side: Side, request: Request, store: Map<string, string>, text: string | undefined) {
  const cookie = [...store].map(([name, value]) => `${name}=${value}`).join('; ');
  const all: Record<string, string | undefined> = {
    origin: side.origin,
    ...(cookie === '' ? {} : { cookie }),
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    ...request.headers,
  };
  const present = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, fillIn(side, value)]));
}

/** `{origin}`, `{host}`, `{idp}` and `{name}` of something saved. */
export function fillIn(side: Side, text: string): string {
  return text.replace(/\{([a-z][\w-]*)\}/gi, (whole, name: string) => {
    if (name === 'origin') return side.origin;
    if (name === 'idp' && side.provider) return side.provider.origin;
    if (name === 'host') return new URL(side.origin).host;
    return side.saved.get(name) ?? whole;
  });
}

function keep(store: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ');
  const equals = pair.indexOf('=');
  if (attributes.includes('Max-Age=0')) store.delete(pair.slice(0, equals));
  else store.set(pair.slice(0, equals), pair.slice(equals + 1));
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ''] as [string, string]] : [],
  );
}
