import { request as httpRequest } from 'node:http';
import type { DnsServer } from '../dns/dns-server.js';
import type { OpenIdProvider } from '../openid/openid-provider.js';
import type { SamlProvider } from '../saml/saml-provider.js';
import type { TestDatabase } from '../setup/database.js';

/** One of the two servers and its database, with everything that the steps of a scenario need of it. */
export interface Side {
  readonly origin: string;
  readonly database: TestDatabase;
  /** The cookies of the browser with this name. A new name starts without cookies. */
  cookies(browser: string): Map<string, string>;
  /** Values that earlier steps saved by name, such as a token. */
  readonly saved: Map<string, string>;
  /** The mails and text messages that the server has sent since the scenario began. */
  mails(): Mail[];
  /** What the server has written to its log since the scenario began. */
  written(): string;
  /** The provider that both servers use, if the option set has one. */
  readonly provider?: OpenIdProvider | undefined;
  /** The SAML identity provider that both servers use, if the option set has one. */
  readonly saml?: SamlProvider | undefined;
  /** The DNS server that both servers use, if the option set has one. */
  readonly dns?: DnsServer | undefined;
  /** Gets every answer of the server. */
  readonly watch?: Watch | undefined;
}

type Watch = (request: Request, answer: Answer) => void;

export interface Mail {
  readonly kind: string;
  readonly to: string;
  /** The link, or the code. */
  readonly url: string;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  /** A header whose value is undefined is not sent. `{origin}` becomes the server's origin. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** A string is sent as it is, any other value as JSON. */
  readonly body?: unknown;
  /** The name of the browser whose cookies are sent, and which stores the cookies of the answer. */
  readonly browser: string;
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** In the order of the answer, with names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
}

/** Milliseconds after which a request counts as unanswered. */
const ANSWER_TIMEOUT = 10_000;

/** Bytes. Some tests send longer cookies than Node accepts by default. */
const HEADER_LIMIT = 4 * 1024 * 1024;

/** Tables of plugins that do not belong to a user, if the database has them. */
const EMPTY_PLUGIN_TABLES = `do $$ begin
  if to_regclass('organizations') is not null then delete from organizations; end if;
  if to_regclass('api_keys') is not null then delete from api_keys; end if;
  if to_regclass('scim_groups') is not null then
    delete from scim_groups; delete from scim_connection_bindings;
  end if;
  if to_regclass('scim_managed_connections') is not null then delete from scim_managed_connections; end if;
  if to_regclass('device_codes') is not null then delete from device_codes; end if;
end $$`;

interface Surroundings {
  /** Everything the server has written since it started. Each mail is one line. */
  readonly log: () => string;
  readonly provider?: OpenIdProvider | undefined;
  readonly saml?: SamlProvider | undefined;
  readonly dns?: DnsServer | undefined;
  readonly watch?: Watch | undefined;
}

export function createSide(
  origin: string,
  database: TestDatabase,
  { log, provider, saml, dns, watch }: Surroundings,
): Side & { reset(): Promise<void> } {
  const stores = new Map<string, Map<string, string>>();
  const saved = new Map<string, string>();
  let scenarioStart = log().length;
  const written = () => log().slice(scenarioStart);
  return {
    origin,
    database,
    saved,
    provider,
    saml,
    dns,
    watch,
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
      await database.query(EMPTY_PLUGIN_TABLES);
      scenarioStart = log().length;
    },
    written,
    mails: () =>
      [...written().matchAll(/\b(?:mail|text) ([\w-]+) to ([^\s:]+): ([^\s"\\]+)/g)].map(
        ([, kind = '', to = '', url = '']) => ({ kind, to, url }),
      ),
  };
}

/** Sends the request exactly as given. Node's `fetch` would correct paths and add headers. */
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
      timeout: ANSWER_TIMEOUT,
      maxHeaderSize: HEADER_LIMIT,
    };
    const call = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        for (const line of response.headers['set-cookie'] ?? []) storeCookie(store, line);
        const answer = {
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          headers: pairs(response.rawHeaders),
          text: Buffer.concat(chunks).toString(),
        };
        side.watch?.(request, answer);
        resolve(answer);
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

/** Replaces `{origin}`, `{host}`, `{idp}`, `{saml}`, `{certificate}`, `{serviceKey}` (for a text in JSON), and `{name}` for each saved name. */
export function fillIn(side: Side, text: string): string {
  return text.replace(/\{([a-z][\w-]*)\}/gi, (whole, name: string) => {
    if (name === 'origin') return side.origin;
    if (name === 'idp' && side.provider) return side.provider.origin;
    if (name === 'saml' && side.saml) return side.saml.origin;
    if (name === 'certificate' && side.saml) return side.saml.certificate;
    if (name === 'serviceKey' && side.saml) return JSON.stringify(side.saml.service.key).slice(1, -1);
    if (name === 'host') return new URL(side.origin).host;
    return side.saved.get(name) ?? whole;
  });
}

function storeCookie(store: Map<string, string>, line: string): void {
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
