import { setTimeout as sleep } from 'node:timers/promises';
import { signEmailToken, type EmailTokenClaims } from '../../src/crypto/email-token.js';
import { hmacSha256Base64 } from '../../src/crypto/hmac.js';
import { SECRET } from '../setup/gatehouse.js';
import { fillIn, send, type Answer, type Request, type Side } from './side.js';

/** One action on both servers. If it returns answers, they are compared. */
export interface Step {
  readonly label: string;
  run(side: Side): Promise<Answer | undefined>;
}

export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

export const scenario = (name: string, ...steps: readonly Step[]): Scenario => ({ name, steps });

/** End of the label of a request whose session data cookie may say what is no longer true. */
export const STALE_COOKIE = ' with a session data cookie that may be stale';

export const withStaleCookie = (step: Step): Step => ({ ...step, label: step.label + STALE_COOKIE });

export interface RequestOptions {
  readonly headers?: Request['headers'];
  /** The name of the browser that sends the request. Defaults to `visitor`. */
  readonly browser?: string;
  /** Saves a field of the JSON answer under a name. Later steps write the name in braces. */
  readonly save?: Readonly<Record<string, string>>;
}

const BASE = '/api/auth';

export const get = (path: string, options: RequestOptions = {}) =>
  call('GET', `${BASE}${path}`, undefined, options);

export const post = (path: string, body?: unknown, options: RequestOptions = {}) =>
  call('POST', `${BASE}${path}`, body, options);

/** Sends a request with any method. The path is used as it is, without the base path in front. */
export function call(method: string, path: string, body?: unknown, options: RequestOptions = {}): Step {
  const { browser = 'visitor', headers, save = {} } = options;
  const shown = body === undefined ? '' : ` ${short(typeof body === 'string' ? body : JSON.stringify(body))}`;
  return {
    label: `${method} ${path}${shown}${headers ? ` ${short(JSON.stringify(headers))}` : ''}`,
    async run(side) {
      const filled = typeof body === 'string' ? fillIn(side, body) : fillInside(side, body);
      const answer = await send(side, { method, path: fillIn(side, path), headers, body: filled, browser });
      for (const [name, field] of Object.entries(save)) side.saved.set(name, pick(answer.text, field));
      return answer;
    },
  };
}

/**
 * The same step, which also saves the first group of each pattern in the `Location` header or the text of the answer. Later
 * steps write the name in braces.
 */
export const saving = (step: Step, patterns: Readonly<Record<string, RegExp>>): Step => ({
  ...step,
  async run(side) {
    const answer = await step.run(side);
    if (!answer) return answer;
    const location = answer.headers.find(([name]) => name === 'location')?.[1] ?? '';
    for (const [name, pattern] of Object.entries(patterns)) {
      const found = pattern.exec(`${location} ${answer.text}`)?.[1];
      if (found !== undefined) side.saved.set(name, found);
    }
    return answer;
  },
});

/** Runs a statement on both databases, for example to make a session older than the test can wait. */
export function sql(text: string): Step {
  return {
    label: `SQL ${short(text)}`,
    async run(side) {
      await side.database.query(fillIn(side, text));
      return undefined;
    },
  };
}

/** Sends nothing to either server for some milliseconds. */
export function pause(milliseconds: number): Step {
  return {
    label: `wait for ${milliseconds} ms`,
    async run() {
      await new Promise((done) => setTimeout(done, milliseconds));
      return undefined;
    },
  };
}

/** Compares the rows that a query finds in the two databases. */
export function rows(query: string): Step {
  return {
    label: `rows of ${short(query)}`,
    async run(side) {
      const found = await side.database.query(fillIn(side, query));
      return { status: 200, reason: 'rows', headers: [], text: JSON.stringify(found) };
    },
  };
}

/** Compares what a function of the module was given since the scenario began. Ids, times and tokens differ, so only their types count. */
export function calls(name: string): Step {
  return {
    label: `calls of ${name}`,
    async run(side) {
      await sleep(50);
      const found = [...side.written().matchAll(/^called (.*)$/gm)]
        .map(([, line = '']) => JSON.parse(line, withoutMade) as { name: string; data: unknown })
        .filter((call) => call.name === name)
        .map(({ data }) => JSON.stringify(sorted(data)));
      return { status: 200, reason: 'calls', headers: [], text: found.join('\n') };
    },
  };
}

const MADE = new Set(['id', 'sub', 'at_hash', 'iat', 'exp', 'nonce', 'createdAt', 'updatedAt', 'auth_time']);

const withoutMade = (key: string, value: unknown): unknown =>
  MADE.has(key) && value !== null ? typeof value : value;

/** The same value, with the names of objects in the order of the alphabet. */
const sorted = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, inner]) => [name, sorted(inner)]),
      );

/** Milliseconds to wait for a mail that should not come. */
const UNEXPECTED_MAIL_WAIT = 150;

/**
 * Waits up to 5 s for `count` mails and compares the mails sent since the scenario began.
 * @param save saves the path of the last mail's link under this name, and its token under `<name>-token`.
 * @param of is added to the label, by which `DELIBERATE_DIFFERENCES` recognise the step.
 */
export function mails(count: number, { save = 'link', of = '' } = {}): Step {
  return {
    label: `${count} mails${of ? ` of ${of}` : ''}`,
    async run(side) {
      const end = Date.now() + 5000;
      while (side.mails().length < count && Date.now() < end) await sleep(20);
      await sleep(UNEXPECTED_MAIL_WAIT);
      const sent = side.mails();
      const last = sent.at(-1);
      if (last && URL.canParse(last.url)) keepLink(side, save, new URL(last.url));
      else if (last) side.saved.set(save, last.url);
      const text = sent.map(({ kind, to, url }) => `${kind} to ${to}: ${shownCode(url)}`).join('\n');
      return { status: 200, reason: 'mails', headers: [], text: `${sent.length}\n${text}` };
    },
  };
}

/** Codes are random, so only their length is compared. */
export const shownCode = (url: string) => (URL.canParse(url) ? url : `<code of ${url.length}>`);

export function keepLink(side: Side, name: string, url: URL): void {
  side.saved.set(name, url.pathname + url.search);
  const token = url.searchParams.get('token') ?? url.pathname.split('/').at(-1) ?? '';
  side.saved.set(`${name}-token`, token);
}

/** Opens the link of the last mail, or another path. */
export const follow = (path = '{link}', options: RequestOptions = {}) =>
  call('GET', path, undefined, options);

/** Saves a token for `verify-email`, signed as the server signs it. `userId: true` puts Ada's id into it. */
export function token(
  claims: Omit<Partial<EmailTokenClaims>, 'userId'> & { readonly userId?: true | string },
  { name = 'token', secret = SECRET, expiresIn = 3600 } = {},
): Step {
  return {
    label: `make a token of ${JSON.stringify(claims)}`,
    async run(side) {
      const [user] = await side.database.query<{ id: string }>(`select id from users order by created_at`);
      const userId = claims.userId === true ? user?.id : claims.userId;
      side.saved.set(name, signEmailToken({ email: ADA_EMAIL, ...claims, userId }, secret, expiresIn));
      return undefined;
    },
  };
}

const ADA_EMAIL = 'ada@example.com';

/** Changes the cookies of the visitor's browser. */
export function cookies(label: string, change: (store: Map<string, string>, side: Side) => void): Step {
  return {
    label,
    run(side) {
      change(side.cookies('visitor'), side);
      return Promise.resolve(undefined);
    },
  };
}

/** The value with the signature that both servers accept, because they have the same secret. */
export const signed = (value: string): string => `${value}.${hmacSha256Base64(value, SECRET)}`;

const HOUR = "interval '1 hour'";

/**
 * Inserts Ada with an account and a session, and puts the session cookie into the visitor's browser. The account has no
 * password, which saves the time of hashing one.
 */
export function signedIn(cookieName = 'better-auth.session_token'): Step {
  return {
    label: 'insert a signed-in user',
    async run(side) {
      const [user, session] = ['UserAda'.padEnd(32, '0'), 'SessionAda'.padEnd(32, '0')];
      const token = 'TokenAda'.padEnd(32, '0');
      await side.database.query(
        `insert into users (id, name, email, is_email_verified, created_at, updated_at)
         values ('${user}', 'Ada', 'ada@example.com', false, now() - ${HOUR}, now() - ${HOUR})`,
      );
      await side.database.query(
        `insert into accounts (id, user_id, provider_id, provider_user_id, created_at, updated_at)
         values ('${'AccountAda'.padEnd(32, '0')}', '${user}', 'credential', '${user}', now(), now())`,
      );
      await side.database.query(
        `insert into sessions (id, user_id, token, expires_at, created_at, updated_at, ip_address, user_agent)
         values ('${session}', '${user}', '${token}', now() + interval '7 days' - ${HOUR}, now() - ${HOUR}, now() - ${HOUR}, '', 'test')`,
      );
      side.saved.set('token', token);
      side.cookies('visitor').set(cookieName, encodeURIComponent(signed(token)));
      return undefined;
    },
  };
}

const short = (text: string) => (text.length > 120 ? `${text.slice(0, 117)}...` : text);

function fillInside(side: Side, value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(fillIn(side, JSON.stringify(value)));
}

function pick(text: string, field: string): string {
  const parsed: unknown = JSON.parse(text);
  const found = field
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], parsed);
  return String(found);
}
