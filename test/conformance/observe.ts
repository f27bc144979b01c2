import type { Answer, Side } from './side.js';

/** An answer with what must differ between two servers replaced, ready to be compared line by line. */
export type Observation = readonly string[];

/** Of the connection, and not of the protocol. */
const CONNECTION = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);

/** Replaces ids and tokens by the order in which a scenario shows them, so that two that are equal stay equal. */
export class Observer {
  private readonly numbers = new Map<string, string>();

  constructor(private readonly side: Side) {}

  observe(answer: Answer, sentAt: number): Observation {
    const headers = answer.headers
      .filter(([name]) => !CONNECTION.has(name))
      .map(([name, value]) => `${name}: ${value}`);
    // `Set-Cookie` lines stay in their order among themselves; other headers have none.
    const sorted = [
      ...headers.filter((line) => !line.startsWith('set-cookie:')).toSorted(),
      ...headers.filter((line) => line.startsWith('set-cookie:')),
    ];
    return [`${answer.status} ${answer.reason}`, ...sorted, answer.text].map((line) =>
      this.replace(line, sentAt),
    );
  }

  private replace(line: string, sentAt: number): string {
    return (
      sessionData(line, sentAt)
        .replace(/(?<![\w.-])eyJ[\w-]+\.[\w-]+\.[\w-]+/g, (jwt) => this.jwt(jwt, sentAt))
        .replaceAll(new URL(this.side.origin).host, '<host>')
        .replaceAll(encodeURIComponent(new URL(this.side.origin).host), '<host>')
        .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (time) => distance(Date.parse(time) - sentAt))
        .replace(/"([xy])":"[\w-]{43}"/g, '"$1":"<coordinate>"')
        .replace(/(?<![\w-])([\w-]{32})\.(?:[A-Za-z0-9+/]|%2B|%2F){43}(?:%3D|=)/g, '$1.<signature>')
        .replace(
          /\b(state|nonce)(=|":")([\w-]{32})(?![\w-])/g,
          (_, name: string, is: string, value: string) => name + is + this.number(value),
        )
        // Of a provider's id token, as it says itself.
        .replace(
          /"(iat|exp)":(\d{10})\b/g,
          (_, name: string, seconds: string) => `"${name}":${distance(Number(seconds) * 1000 - sentAt)}`,
        )
        // Encrypted, so that only what the server makes of it can be compared.
        .replace(/\boauth_state=[0-9a-f]{64,}/g, 'oauth_state=<encrypted>')
        // Tokens of the provider, and code challenges.
        .replace(/(?<![\w-])[\w-]{43}(?![\w-])/g, (token) => this.number(token))
        .replace(/\b(?:[A-Za-z0-9]{32}|[A-Za-z0-9]{24})\b/g, (id) => this.number(id))
    );
  }

  /** Its header and claims are in the open; only the signature is chance. */
  private jwt(jwt: string, sentAt: number): string {
    const [header = '', payload = ''] = jwt
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString());
    const claims = payload.replace(/"(iat|exp)":(\d+)/g, (_, name: string, seconds: string) => {
      return `"${name}":${distance(Number(seconds) * 1000 - sentAt)}`;
    });
    return `<JWT ${header} ${claims}>`;
  }

  private number(id: string): string {
    const known = this.numbers.get(id) ?? `<id ${this.numbers.size + 1}>`;
    this.numbers.set(id, known);
    return known;
  }
}

/**
 * The three forms of the cookie cache: what can be read of it is compared, of the rest its length. The order of the fields
 * in it is nobody's business.
 */
function sessionData(line: string, sentAt: number): string {
  if (!line.startsWith('set-cookie: ')) return line;
  return line
    .replace(
      /(\.\d+)=([\w.-]+);/,
      (_, index: string, chunk: string) => `${index}=<chunk of ${chunk.length}>;`,
    )
    .replace(/=(eyJ[\w-]+)\.\.[\w-]+\.([\w-]+)\.[\w-]+;/, (_, header: string, text: string) => {
      return `=<JWE ${decoded(header)} of ${text.length}>;`;
    })
    .replace(/=(eyJ[\w-]+)\.([\w-]+)\.[\w-]+;/, (_, header: string, payload: string) => {
      return `=<JWT ${decoded(header)} ${readable(payload, sentAt)}>;`;
    })
    .replace(/=(eyJ[\w-]+);/, (_, value: string) => `=${readable(value, sentAt)};`);
}

const decoded = (value: string) => Buffer.from(value, 'base64url').toString();

function readable(value: string, sentAt: number): string {
  const parsed: unknown = JSON.parse(decoded(value), (key, part: unknown) => {
    if (key === 'signature') return '';
    if (key === 'iat' || key === 'exp') return distance(Number(part) * 1000 - sentAt);
    if (typeof part === 'number') return distance(part - sentAt);
    return isFields(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part;
  });
  return JSON.stringify(parsed);
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** In whole minutes: the two servers do not answer at the same millisecond. */
function distance(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  return minutes === 0 ? '<now>' : `<now${minutes > 0 ? '+' : ''}${minutes}min>`;
}
