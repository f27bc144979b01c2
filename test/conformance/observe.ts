import type { Answer, Side } from './side.js';

/** The lines of an answer, with placeholders for everything that must differ between two servers, such as ids. */
export type Observation = readonly string[];

/** These headers describe the connection. The protocol does not define them. */
const CONNECTION_HEADERS = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
]);

/** Replaces each id and token by a number in order of appearance, so equal ids get equal numbers. */
export class Observer {
  private readonly numbers = new Map<string, string>();

  constructor(private readonly side: Side) {}

  observe(answer: Answer, sentAt: number): Observation {
    const headers = answer.headers
      .filter(([name]) => !CONNECTION_HEADERS.has(name))
      .map(([name, value]) => `${name}: ${value}`);
    // The order of `Set-Cookie` lines counts; the order of other headers does not.
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
        .replace(/^(set-cookie: [^;]*)\.(?:[A-Za-z0-9+/]|%2B|%2F){43}%3D(?=;)/g, '$1.<signature>')
        .replace(/"(token|device_code)":"(?:[\w-]{32}|\w{40})"/g, (_, name: string) => `"${name}":"<random>"`)
        .replace(/"domainVerificationToken":"[\w-]{24}"/g, '"domainVerificationToken":"<random>"')
        // An API key, perhaps with a prefix, and its first characters.
        .replace(
          /"(key|start)":"(?:[\w-]{6}|[\w-]*[A-Za-z]{64})"/g,
          (_, name: string) => `"${name}":"<random>"`,
        )
        .replace(/"token":"[A-Za-z]{64}"/g, '"token":"<API key>"')
        .replace(
          /"tryAgainIn":(\d+)/g,
          (_, milliseconds: string) => `"tryAgainIn":${distance(Number(milliseconds))}`,
        )
        .replace(/(user_code(?:=|":"))[A-Z0-9]{8}\b/g, '$1<random>')
        .replace(/\b2fa-[\w-]{20}/g, '2fa-<random>')
        .replace(/(-passkey=)[\w-]{32}(?=\.)/g, '$1<random>')
        .replace(/[\w-]{32,43}!trust-device-[\w-]{32}/g, '<random>!trust-device-<random>')
        .replace(/\bsecret=[A-Z2-7]+/g, 'secret=<secret>')
        .replace(/"[A-Za-z0-9]{5}-[A-Za-z0-9]{5}"/g, '"<backup code>"')
        .replace(/"([xy])":"[\w-]{43}"/g, '"$1":"<coordinate>"')
        .replace(/(?<![\w-])([\w-]{32})\.(?:[A-Za-z0-9+/]|%2B|%2F){43}(?:%3D|=)/g, '$1.<signature>')
        .replace(
          /\b(state|nonce)(=|":")([\w-]{32})(?![\w-])/g,
          (_, name: string, is: string, value: string) => name + is + this.number(value),
        )
        // Times in seconds, such as `iat` and `exp` of a provider's id token.
        .replace(
          /"(iat|exp|auth_time|expires_at|client_id_issued_at)":(\d{10})\b/g,
          (_, name: string, seconds: string) => `"${name}":${distance(Number(seconds) * 1000 - sentAt)}`,
        )
        // The request that the plugin oauth-provider signs for its login page and its consent page.
        .replace(/\bba_iat=\d{13}\b/g, 'ba_iat=<now>')
        .replace(/([?&]exp=)(\d{10})\b/g, (_, name: string, seconds: string) => {
          return name + distance(Number(seconds) * 1000 - sentAt);
        })
        .replace(/([?&]sig)=[\w%-]+/g, '$1=<signature>')
        .replace(/(%22sessionId%22%3A%22)\w{32}(%22%2C%22expiresAt%22%3A)\d{13}/g, '$1<id>$2<time>')
        .replace(/\brelay_state=[\w-]{32}/g, 'relay_state=<random>')
        // Requests to a SAML provider have an id and a time, and are compressed.
        .replace(/\b(SAMLRequest|SAMLResponse|RelayState|Signature)=[^&"\s]+/g, '$1=<random>')
        // The text is encrypted. Only what the server later does with it can be compared.
        .replace(/\boauth_state=[0-9a-f]{64,}/g, 'oauth_state=<encrypted>')
        // Tokens of the provider and code challenges have 43 characters.
        .replace(/(?<![\w-])[\w-]{43}(?![\w-])/g, (token) => this.number(token))
        .replace(/\b(?:[A-Za-z0-9]{32}|[A-Za-z0-9]{24})\b/g, (id) => this.number(id))
    );
  }

  /** Shows the header and the claims, and leaves out the signature, which is random. */
  private jwt(jwt: string, sentAt: number): string {
    const [header = '', payload = ''] = jwt
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString());
    const claims = payload.replace(/"(iat|exp|auth_time)":(\d+)/g, (_, name: string, seconds: string) => {
      return `"${name}":${distance(Number(seconds) * 1000 - sentAt)}`;
    });
    const comparable = claims.replace(/"at_hash":"[\w-]+"/, '"at_hash":"<hash>"');
    return `<JWT ${header} ${comparable}>`;
  }

  private number(id: string): string {
    const known = this.numbers.get(id) ?? `<id ${this.numbers.size + 1}>`;
    this.numbers.set(id, known);
    return known;
  }
}

/**
 * Makes the three forms of the cookie cache comparable. Readable parts are shown with sorted fields, because the order of
 * fields does not count. Of encrypted parts and chunks only the length is shown.
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

/** Rounds to whole minutes, because the two servers do not answer in the same millisecond. */
function distance(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  return minutes === 0 ? '<now>' : `<now${minutes > 0 ? '+' : ''}${minutes}min>`;
}
