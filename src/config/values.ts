import { parseLegacyFormat } from '../crypto/password/legacy-format.js';
import { TARGETS, serversIn } from './server-list.js';

/**
 * Turns the text of a variable into its value. It throws an `Error` whose message completes the sentence "NAME must be …".
 */
export type Parser<T> = (text: string) => T;

/** Ends the message of a parser. Never use it for a value that may contain a password or another secret. */
export const butIs = (value: string) => `, but it is ${JSON.stringify(value.slice(0, 80))}`;

export const text: Parser<string> = (value) => value;

export const flag: Parser<boolean> = (value) => {
  if (/^(true|1|yes|on)$/i.test(value)) return true;
  if (/^(false|0|no|off)$/i.test(value)) return false;
  throw new Error(`true or false${butIs(value)}`);
};

export const integer =
  (min: number, max: number, unit = ''): Parser<number> =>
  (value) => {
    const number = Number(value);
    if (/^-?\d+$/.test(value) && number >= min && number <= max) return number;
    throw new Error(`a whole number${unit ? ` of ${unit}` : ''} from ${min} to ${max}${butIs(value)}`);
  };

export const oneOf =
  <const T extends string>(...choices: readonly T[]): Parser<T> =>
  (value) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw new Error(`one of ${choices.join(', ')}${butIs(value)}`);
  };

export const list: Parser<string[]> = (value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

export const postgresUrl: Parser<string> = (value) => {
  const fault = 'a PostgreSQL URL such as postgresql://user:password@host:5432/database?sslmode=require';
  const { urls, first, target } = serversIn(value);
  if (!/^postgres(ql)?:\/\//.test(value) || !urls.every((url) => URL.canParse(url))) throw new Error(fault);
  const { username, password, pathname } = new URL(first);
  if (pathname.length < 2) throw new Error(`${fault} (the database name is missing)`);
  if (![username, password, pathname].every(isDecodable)) {
    throw new Error(`${fault} (write a percent sign in a name or password as %25)`);
  }
  if (urls.length > 1 && !urls.every((url) => new URL(url).hostname)) {
    throw new Error(`${fault} (a host in the list is empty)`);
  }
  if (!TARGETS.some((known) => known === target)) {
    throw new Error(`${fault} (target_session_attrs is one of ${TARGETS.join(', ')})`);
  }
  return /[?&]uselibpqcompat=true/.test(value) ? value : value.replace(SOME_TLS, '$1verify-full');
};

/** The driver treats these as `verify-full` and prints a long warning. It prints none if the URL says `verify-full`. */
const SOME_TLS = /([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/;

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** Any text. A misspelling of `production` is refused, because the server would otherwise run without its protections. */
export const nodeEnvironment: Parser<string> = (value) => {
  if (value !== 'production' && /^prod/i.test(value))
    throw new Error(`exactly "production", or a name that does not begin with "prod"${butIs(value)}`);
  return value;
};

export const passwordFormat: Parser<string> = (value) => {
  parseLegacyFormat(value);
  return value;
};

export const base64: Parser<string> = (value) => {
  if (!/^[-A-Za-z0-9+/_]+=*$/.test(value)) throw new Error('base64');
  return value;
};

const serviceUrl =
  (protocols: RegExp, example: string): Parser<string> =>
  (value) => {
    if (URL.canParse(value) && protocols.test(new URL(value).protocol) && new URL(value).hostname)
      return value;
    throw new Error(`a URL such as ${example}`);
  };

export const webUrl = serviceUrl(/^https?:$/, 'https://old.example.com/.well-known/jwks.json');
export const mailUrl = serviceUrl(/^smtps?:$/, 'smtp://user:password@mail.example.com:587');
export const redisUrl = serviceUrl(/^rediss?:$/, 'redis://user:password@redis.example.com:6379');

export interface Mailbox {
  /** Empty if the mailbox has no name. */
  readonly name: string;
  readonly address: string;
}

/** One plain address (RFC 5321 §4.1.2 without quoted parts), so that nothing else can be read into a header. */
export const isAddress = (value: string): boolean =>
  /^[^\s@<>()[\]\\,;:"\p{C}]+@[^\s@<>()[\]\\,;:"\p{C}]+$/u.test(value);

/** `ada@example.com` or `Ada <ada@example.com>`. */
export const mailbox: Parser<Mailbox> = (value) => {
  const [, name = '', bracketed] = /^([^<>\p{C}]*)<([^<>]*)>$/u.exec(value.trim()) ?? [];
  const address = bracketed ?? value.trim();
  if (isAddress(address)) return { name: name.trim().replace(/^"(.*)"$/, '$1'), address };
  throw new Error('an address such as no-reply@example.com or Example <no-reply@example.com>');
};

/** An http or https origin. The base path may follow, because front ends often write it so. No other path may. */
export const publicUrl: Parser<string> = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    !/^\/(api\/auth\/?)?$/.test(url.pathname) ||
    url.search ||
    url.hash ||
    url.username ||
    url.password
  ) {
    throw new Error('an http or https URL without a path, such as https://auth.example.com');
  }
  return url.origin;
};

export const secret: Parser<string> = (value) => {
  if (value.length >= 32) return value;
  throw new Error(
    `at least 32 characters long, but it has ${value.length}. Make one with: openssl rand -base64 32`,
  );
};

export interface VersionedSecret {
  readonly version: number;
  readonly value: string;
}

/** `2:new,1:old`. The first secret is the current one (src/crypto/protocol.md, "Secrets"). */
export const versionedSecrets: Parser<VersionedSecret[]> = (value) => {
  const secrets = list(value).map((item) => {
    const match = /^(\d+):(.+)$/.exec(item);
    if (!match) throw new Error('a list such as 2:newsecret,1:oldsecret');
    return { version: Number(match[1]), value: secret(match[2] ?? '') };
  });
  if (secrets.length === 0 || new Set(secrets.map(({ version }) => version)).size !== secrets.length) {
    throw new Error(
      'a list such as 2:newsecret,1:oldsecret that has at least one secret and no version twice',
    );
  }
  return secrets;
};

/** 400 days, because browsers keep no cookie longer (RFC 6265bis §5.5). */
const LONGEST = 34_560_000;

export const seconds = (min: number, max = LONGEST): Parser<number> => integer(min, max, 'seconds');

const YEAR = 31_536_000;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A number of seconds such as `900`, or a number with a unit such as `15m`, `12h`, `7d`. */
export const duration: Parser<number> = (value) => {
  const match = /^(\d+)\s*([smhdw]?)$/.exec(value);
  const length = Number(match?.[1]) * (UNITS[match?.[2] || 's'] ?? NaN);
  if (length >= 1 && length <= YEAR) return length;
  throw new Error(`a time such as 900 (seconds), 15m, 12h or 7d, and at most a year${butIs(value)}`);
};

/** `true`, `false`, or a value that the other parser accepts. */
export const flagOr =
  <T>(other: Parser<T>): Parser<boolean | T> =>
  (value) =>
    /^(true|false)$/i.test(value) ? flag(value) : other(value);

export const url: Parser<string> = (value) => {
  const isPath = /^\/(?![/\\])/.test(value);
  // The scheme of an app is allowed. A scheme that makes the browser run the rest of the URL as code is not.
  const isUrl =
    /^[a-z][a-z0-9+.-]*:\/\//i.test(value) &&
    URL.canParse(value) &&
    !/^(javascript|data|vbscript):/i.test(value);
  if (isPath || isUrl) return value;
  throw new Error('a URL or a path');
};

export const json =
  <T>(shape: string, fits: (value: unknown) => value is T): Parser<T> =>
  (value) => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(value);
    } catch {
      parsed = undefined;
    }
    if (fits(parsed)) return parsed;
    throw new Error(`JSON such as ${shape}`);
  };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Rules by path or glob: `window` in seconds and `max` in requests, or `false` for no limit
 * (src/rate-limits/protocol.md, "Counting").
 */
export type RateLimitRules = Readonly<
  Record<string, false | { readonly window: number; readonly max: number }>
>;

const isPositive = (value: unknown) => typeof value === 'number' && value > 0;

export const rateLimitRules = json<RateLimitRules>(
  '{"/get-session":false,"/sign-in/*":{"window":60,"max":5}}',
  (value): value is RateLimitRules =>
    isRecord(value) &&
    Object.keys(value).every((path) => /^[/*]/.test(path)) &&
    Object.values(value).every(
      (rule) => rule === false || (isRecord(rule) && isPositive(rule['window']) && isPositive(rule['max'])),
    ),
);
