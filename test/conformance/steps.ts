import { setTimeout as sleep } from 'node:timers/promises';
import { signEmailToken, type EmailTokenClaims } from '../../src/crypto/email-token.js';
import { hmacSha256Base64 } from '../../src/crypto/hmac.js';
import { SECRET } from '../setup/gatehouse.js';
import { fillIn, send, type Answer, type Request, type Side } from './side.js';

/** One thing that is done to both servers; an answer is compared. */
export interface Step {
  readonly label: string;
  run(side: Side): Promise<Answer | undefined>;
}

export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

export const scenario = (name: string, ...steps: readonly Step[]): Scenario => ({ name, steps });

export interface RequestOptions {
  readonly headers?: Request['headers'];
  /** Defaults to the one visitor most scenarios have. */
  readonly browser?: string;
  /** Keeps a field of the JSON answer, under a name that later steps write in braces. */
  readonly save?: Readonly<Record<string, string>>;
}

const BASE = '/api/auth';

export const get = (path: string, options: RequestOptions = {}) =>
  call('GET', `${BASE}${path}`, undefined, options);

export const post = (path: string, body?: unknown, options: RequestOptions = {}) =>
  call('POST', `${BASE}${path}`, body, options);

/** Any method on any path, the base path not added. */
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

/** The same statement on both databases, for what would take days to come about by itself. */
export function sql(text: string): Step {
  return {
    label: `SQL ${short(text)}`,
    async run(side) {
      await side.database.query(fillIn(side, text));
      return undefined;
    },
  };
}

/** @param milliseconds for which both servers are left alone. */
export function pause(milliseconds: number): Step {
  return {
    label: `after ${milliseconds} ms`,
    async run() {
      await new Promise((done) => setTimeout(done, milliseconds));
      return undefined;
    },
  };
}

/** Compares what is then in the two databases. */
export function rows(query: string): Step {
  return {
    label: `rows of ${short(query)}`,
    async run(side) {
      const found = await side.database.query(fillIn(side, query));
      return { status: 200, reason: 'rows', headers: [], text: JSON.stringify(found) };
    },
  };
}

/** Milliseconds in which a mail too many would show. */
const GRACE = 150;

/**
 * Compares the mails sent so far, of which there should be so many.
 * @param save the name under which later steps write the path of the last mail's link; its token is `{<name>-token}`.
 */
export function mails(count: number, { save = 'link', of = '' } = {}): Step {
  return {
    label: `${count} mails${of ? ` of ${of}` : ''}`,
    async run(side) {
      const end = Date.now() + 5000;
      while (side.mails().length < count && Date.now() < end) await sleep(20);
      await sleep(GRACE);
      const sent = side.mails();
      const last = sent.at(-1);
      if (last) keepLink(side, save, new URL(last.url));
      const text = sent.map(({ kind, to, url }) => `${kind} to ${to}: ${url}`).join('\n');
      return { status: 200, reason: 'mails', headers: [], text: `${sent.length}\n${text}` };
    },
  };
}

export function keepLink(side: Side, name: string, url: URL): void {
  side.saved.set(name, url.pathname + url.search);
  const token = url.searchParams.get('token') ?? url.pathname.split('/').at(-1) ?? '';
  side.saved.set(`${name}-token`, token);
}

/** Follows a link of a mail, or any other path as it stands. */
export const follow = (path = '{link}', options: RequestOptions = {}) =>
  call('GET', path, undefined, options);

/** A token for `verify-email` as the server itself would make it; `userId: true` names Ada. */
export function token(
  claims: Omit<Partial<EmailTokenClaims>, 'userId'> & { readonly userId?: true | string },
  { name = 'token', secret = SECRET, expiresIn = 3600 } = {},
): Step {
  return {
    label: `a token of ${JSON.stringify(claims)}`,
    async run(side) {
      const [user] = await side.database.query<{ id: string }>(`select id from users order by created_at`);
      const userId = claims.userId === true ? user?.id : claims.userId;
      side.saved.set(name, signEmailToken({ email: ADA_EMAIL, ...claims, userId }, secret, expiresIn));
      return undefined;
    },
  };
}

const ADA_EMAIL = 'ada@example.com';

/** Changes a browser's cookies as their owner could. */
export function cookies(label: string, change: (store: Map<string, string>, side: Side) => void): Step {
  return {
    label,
    run(side) {
      change(side.cookies('visitor'), side);
      return Promise.resolve(undefined);
    },
  };
}

/** What a server signs with the secret both have. */
export const signed = (value: string): string => `${value}.${hmacSha256Base64(value, SECRET)}`;

const HOUR = "interval '1 hour'";

/** A user with a session, without the time it takes to hash a password; the cookie is in the visitor's browser. */
export function signedIn(cookieName = 'better-auth.session_token'): Step {
  return {
    label: 'signed in',
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
