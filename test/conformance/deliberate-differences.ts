import { LONGEST_HEADER } from '../../src/http/longest-header.js';
import type { Answer } from './side.js';
import { STALE_COOKIE } from './steps.js';

/** An answer that Gatehouse gives differently from Better Auth 1.7.25 on purpose. Any other difference is a fault. */
export interface DeliberateDifference {
  readonly what: string;
  readonly reason: string;
  /** Removes the difference from one server's answer before the two answers are compared. */
  readonly without?: (answer: Answer, other: Answer, from: 'oracle' | 'gatehouse') => Answer;
  /** True if the two answers to this step differ in this way. The comparison then skips the step. */
  readonly accepts?: (oracle: Answer, gatehouse: Answer, step: string) => boolean;
}

/** The headers that helmet sets, and `x-request-id`, which the log lines of the request carry too. */
const EXTRA_HEADERS = new Set([
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'origin-agent-cluster',
  'referrer-policy',
  'content-security-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-request-id',
  'x-xss-protection',
]);

const AUTH_TOKEN_HEADERS = new Set(['set-auth-token', 'access-control-expose-headers']);
const KEY_AS_SESSION = /session_token=[A-Za-z]{64}\./;
const KEY_LIMITS = /"code":"(RATE_LIMITED|USAGE_EXCEEDED)"/;
const RETRY_HEADERS = new Set(['retry-after', 'x-retry-after']);
/** The headers of the scenarios that give Better Auth no address, and that are not the first such request of a scenario. */
const UNBELIEVED =
  /\{"x-forwarded-for":"(|unknown|3\.3\.3\.3:80|10\.0\.0\.3|1\.2\.3\.6, rubbish, 10\.0\.0\.1)"\}$/;

export const DELIBERATE_DIFFERENCES: readonly DeliberateDifference[] = [
  {
    what: 'the security headers of helmet, and `x-request-id`',
    reason:
      'The security headers make browsers stricter, and an operator finds the request in the log by its id. No client reads them.',
    without: (answer) => ({
      ...answer,
      headers: answer.headers.filter(([name]) => !EXTRA_HEADERS.has(name)),
    }),
  },
  {
    what: '`cache-control: no-store` on every answer of a route, except `ok` and `jwks`',
    reason:
      'Most answers contain a token, a link with one or something about the user, and no cache may keep that. Better Auth forbids it for `get-session` only.',
    without: (answer, other, from) =>
      from === 'oracle' || other.headers.some(([name]) => name === 'cache-control')
        ? answer
        : {
            ...answer,
            headers: answer.headers.filter((header) => header.join() !== 'cache-control,no-store'),
          },
  },
  {
    what: 'a 204 has no content type',
    reason: 'It has no content, so Fastify leaves the header out. No client reads it.',
    without: (answer) =>
      answer.status === 204
        ? { ...answer, headers: answer.headers.filter(([name]) => name !== 'content-type') }
        : answer,
  },
  {
    what: 'the claim `sid` in JWTs',
    reason: 'In Gatehouse a JWT is valid only while its session is, so the JWT has to name the session.',
    without: (answer) => ({
      ...answer,
      text: withoutSessionId(answer.text),
      headers: answer.headers.map(([name, value]) => [name, withoutSessionId(value)] as const),
    }),
  },
  {
    what: '`get-session` sends a `set-auth-jwt` that may be up to a minute old',
    reason:
      'Signing takes longer than the rest of the answer, so Gatehouse sends the same JWT again for up to a minute while its claims stay the same. `GET /token` always signs a new one.',
  },
  {
    what: 'the session data cookie of an ended session opens no route but `get-session`',
    reason:
      'With this cookie, a revoked or banned client could still read the tokens of the other sessions and change the user, and each change gave it a new cookie. Gatehouse asks the database or the session cache.',
    accepts: (oracle, gatehouse, step) =>
      step.endsWith(STALE_COOKIE) &&
      gatehouse.status === 401 &&
      (oracle.status !== 401 || cookieNames(gatehouse).length < cookieNames(oracle).length),
  },
  {
    what: '`get-session` signs `set-auth-jwt` only for a session that lives, with the user as stored',
    reason:
      'The session data cookie outlives a revocation by up to `session.cookieCache.maxAge`. A JWT that was signed for it would outlive it by its own lifetime.',
    accepts: (oracle, gatehouse, step) =>
      step.endsWith(STALE_COOKIE) &&
      /^(GET|POST) \/api\/auth\/get-session/.test(step) &&
      oracle.status === 200 &&
      gatehouse.status === 200 &&
      cookieNames(oracle).join() === cookieNames(gatehouse).join() &&
      areOtherClaims(userIn(oracle), userIn(gatehouse)),
  },
  {
    what: 'a client that sends a JWT of Gatehouse gets no session token',
    reason:
      'A JWT is valid for minutes, a session token for days. The field `token` of a session holds the JWT itself, or a handle for `revoke-session`. Better Auth does not accept such JWTs.',
  },
  {
    what: '`session.cookieCache.refreshCache` asks the database',
    reason:
      'Better Auth ignores the option if it has a database, and otherwise renews the cookie from itself, so that it would outlive every revocation.',
  },
  {
    what: 'CORS headers and preflight answers for trusted origins',
    reason:
      'Better Auth leaves CORS to the framework that hosts it. Gatehouse is the whole server, and its front end has another origin.',
    without: (answer, other, from) =>
      from === 'oracle' ? answer : { ...answer, headers: withoutCors(answer.headers, other.headers) },
    accepts: (oracle, gatehouse, step) =>
      step.startsWith('OPTIONS ') && oracle.status === 404 && gatehouse.status === 204,
  },
  {
    what: 'no `set-auth-token` while a second factor is missing',
    reason:
      'Better Auth’s header names the session that its plugin `two-factor` has just deleted. No client can use it.',
    without: (answer) =>
      answer.text.includes('"twoFactorRedirect":true')
        ? { ...answer, headers: answer.headers.filter(([name]) => !AUTH_TOKEN_HEADERS.has(name)) }
        : answer,
  },
  {
    what: 'bearer tokens that are JWTs of Gatehouse, and the routes `register`, `login` and `PUT user`',
    reason: 'Some clients keep a JWT in place of a cookie. Better Auth has neither.',
  },
  {
    what: 'an answer to an API key sets no session cookie',
    reason:
      'Better Auth puts the key itself into the cookie of `update-user`. It opens nothing there, but a browser would send it from then on.',
    without: (answer) =>
      answer.headers.some(([name, value]) => name === 'set-cookie' && KEY_AS_SESSION.test(value))
        ? {
            ...answer,
            headers: answer.headers.filter(
              ([name, value]) =>
                !AUTH_TOKEN_HEADERS.has(name) && !(name === 'set-cookie' && KEY_AS_SESSION.test(value)),
            ),
          }
        : answer,
  },
  {
    what: 'the 429 to an API key that is used too often says when the next request can succeed (`Retry-After`)',
    reason: 'Better Auth has the time in the body only, and not for a key that is refilled later.',
    without: (answer, other) =>
      answer.status === 429 && other.status === 429 && KEY_LIMITS.test(answer.text)
        ? { ...answer, headers: answer.headers.filter(([name]) => !RETRY_HEADERS.has(name)) }
        : answer,
  },
  {
    what: 'uses of API keys are written once a second',
    reason:
      'Better Auth writes the row of the key two or three times for each request. Near a limit, each use is written at once here too, so no limit is exceeded on one server. Each further server can let through a twentieth of the limit too much, and never more than 100 requests.',
  },
  {
    what: 'an API key of a banned user opens nothing',
    reason: 'A banned user must not act in any way. Better Auth does not ask.',
  },
  {
    what: '`total` in a list of more than 10,000 members may be a second old',
    reason:
      'PostgreSQL has to visit each member to count them, which takes longer than the rest of the answer. Limits are checked with an exact count.',
  },
  {
    what: '`update-user` and `sign-up/email` refuse `stripeCustomerId`',
    reason:
      'A client that sets the customer of another person can open the billing portal of that person. The plugin `stripe` does not forbid it.',
    accepts: (oracle, gatehouse, step) =>
      step.includes('"stripeCustomerId"') &&
      oracle.status === 200 &&
      gatehouse.text.includes('FIELD_NOT_ALLOWED'),
  },
  {
    what: 'the look of the error page',
    reason: 'Gatehouse has a page of its own. The error code on it, the status and the headers are the same.',
    without: (answer) => (isPage(answer) ? { ...answer, text: codeOf(answer.text) } : answer),
  },
  {
    what: 'opening a change-email confirmation twice sends one mail, not two',
    reason:
      'Otherwise anybody who has the link could send mail to the new address as often as they like (test/security/advisories.md, "A17"). The answer is the same.',
    accepts: (oracle, gatehouse, step) =>
      step.endsWith('of a link opened twice') &&
      oracle.text.startsWith('3\n') &&
      gatehouse.text.startsWith('2\n'),
  },
  {
    what: 'mailed links still work if an older secret of the list signed them',
    reason:
      'Rotating the secret must not break links that users have not opened yet. Better Auth accepts only the current secret.',
  },
  {
    what: 'mailed links do not sign in a banned user',
    reason: 'A banned user gets no session. Better Auth without its admin plugin does not know bans.',
  },
  {
    what: 'no input of a client ends in a 500',
    reason:
      'Some input makes Better Auth answer with an empty 500 or not at all. Gatehouse refuses such input, or ignores it if it is a cookie.',
    accepts: (oracle, gatehouse) => oracle.status >= 500 && gatehouse.status < 500,
  },
  {
    what: '`update-user` refuses an array or an object as name, image or another text',
    reason:
      'Better Auth stores the text into which the PostgreSQL driver turns the value, which no client can want.',
    accepts: (oracle, gatehouse) =>
      oracle.status === 200 &&
      gatehouse.status === 400 &&
      /Invalid input: expected string, received (array|object)/.test(gatehouse.text),
  },
  {
    what: 'the types of all fields are checked before the hooks of plugins run',
    reason: 'The hooks of some plugins fail at a value of another type. Both answers are 400.',
    accepts: (oracle, gatehouse, step) =>
      /^POST \/api\/auth\/(sign-up\/email|update-user)/.test(step) &&
      oracle.status === 400 &&
      gatehouse.status === 400 &&
      gatehouse.text.startsWith('{"message":"Invalid input: expected '),
  },
  {
    what: 'IPv4 addresses written as IPv6 in capital hexadecimal digits',
    reason:
      'Better Auth reads each of them as the address of zeros, so all such clients would share one address (test/security/advisories.md, "A8").',
    accepts: (oracle, gatehouse) =>
      oracle.text.includes(`"${Array(8).fill('0000').join(':')}"`) && gatehouse.text.includes('"5.6.7.8"'),
  },
  {
    what: 'client addresses with a port or in brackets, such as `203.0.113.7:80` and `[2001:db8::1]`',
    reason:
      'Some proxies write them. Better Auth does not read them, so all clients of such a proxy would share one rate limit.',
    accepts: (oracle, gatehouse, step) =>
      step.includes('select ip_address from sessions order by') &&
      oracle.text.includes('"ip_address":""') &&
      gatehouse.text.includes('"203.0.113.7"'),
  },
  {
    what: 'rate limits count clients without a believed address by their connection, or by the last hop of a list',
    reason: 'In Better Auth they share one count, so one of them can use it up for all others.',
    accepts: (oracle, gatehouse, step) =>
      oracle.status === 429 && gatehouse.status !== 429 && UNBELIEVED.test(step),
  },
  {
    what: 'rate limits count all values of a parameter in a path together, such as the token of `reset-password/<token>`',
    reason: 'In Better Auth each value has its own count, so somebody who guesses tokens is never limited.',
  },
  {
    what: '`request-password-reset` and `change-email` take at least 200 ms',
    reason: 'Otherwise the time would reveal who has an account. The answers are the same.',
  },
  {
    what: 'a refused sign-in takes as long for every address',
    reason:
      'Better Auth computes its own hash for unknown users only, so hashes of another cost would reveal who has an account.',
  },
  {
    what: 'a sign-up that hides whether the e-mail is taken answers `FAILED_TO_CREATE_USER` for both, if a value cannot be stored',
    reason: 'Better Auth fails only for a free e-mail, which reveals the taken ones.',
  },
  {
    what: 'a bearer token with text after its valid signature',
    reason:
      'Gatehouse ignores it like any other invalid bearer token. In Better Auth it makes the server ignore a valid cookie.',
    accepts: (oracle, _gatehouse, step) => step.includes('Bearer {signed}.x') && oracle.text === 'null',
  },
  {
    what: 'the account cookie of an unlinked account gives no tokens',
    reason:
      'The user unlinked the account to end its use. Better Auth trusts the account cookie until the cookie expires.',
    accepts: (oracle, gatehouse, step) =>
      step.includes('"userId":"unlinked"') &&
      oracle.status === 200 &&
      gatehouse.text.includes('"ACCOUNT_NOT_FOUND"'),
  },
  {
    what: 'a guarded route that renews a session sends all its cookies',
    reason:
      'Better Auth sends only the last `Set-Cookie` line of its session check (src/cookies/protocol.md, "Which lines survive"). For a cache in chunks that is the last chunk. For an extended session it is only the cache, so the browser drops the token too early.',
    accepts: (oracle, gatehouse) => {
      const [theirs, ours] = [cookieNames(oracle), cookieNames(gatehouse)];
      return (
        oracle.status === gatehouse.status &&
        !oracle.headers.some(([name]) => name === 'cache-control') &&
        ours.length > theirs.length &&
        ours.every((name) => /(session_token|sid|data(\.\d+)?)$/.test(name)) &&
        theirs.every((name) => ours.includes(name))
      );
    },
  },
  {
    what: 'a session that is renewed does not get the cookie of `multi-session` if the browser lacks it',
    reason:
      'Gatehouse renews sessions before the library sees the request. In Better Auth, this hook also ends the other sessions of the same user in the browser. A session gets the cookie when it begins.',
    accepts: (oracle, gatehouse) =>
      oracle.status === gatehouse.status &&
      [oracle, gatehouse].every((answer) =>
        cookieNames(answer).some((name) => name.endsWith('session_token')),
      ) &&
      cookieNames(oracle).some(isOfMultiSession) &&
      !cookieNames(gatehouse).some(isOfMultiSession),
  },
  {
    what: 'the cookie of an ended session expires at every route of a plugin, and a sign-in of a plugin replaces it',
    reason:
      'Better Auth expires it only where the route asks for a session. At some sign-ins it does so after it has set the new cookie, so that the browser stays signed out.',
    accepts: (oracle, gatehouse, step) =>
      AT_PLUGINS.test(step) &&
      oracle.status === gatehouse.status &&
      (isExpired(gatehouse) ? !isSet(oracle) : isExpired(oracle) && isSet(gatehouse)),
  },
  {
    what: 'a route of a plugin expires a cookie once',
    reason:
      'Better Auth’s session check runs twice on some routes, and expires unreadable session data each time. The browser ends with the same cookies.',
    without: (answer) => ({ ...answer, headers: answer.headers.filter(isLastOfItsKind) }),
  },
  {
    what: 'limits of text fields, user agents, bodies, levels of JSON, headers and cookies',
    reason:
      'Better Auth has none of them, so one request can fill the memory, or store a text that makes every later answer too long for clients. The settings page lists the limits.',
    accepts: (_, { status, text }) => status === 400 && text.includes('Too big: expected '),
  },
  {
    what: 'a JWT or a session that is too long for headers is not sent in them',
    reason:
      'Node’s clients and most proxies accept no more than 8 to 16 KiB of headers. A user with a long picture could not even sign out.',
    without: (answer, other, from) =>
      from === 'oracle' && isLongJwt(answer) && !other.headers.some(([name]) => name === 'set-auth-jwt')
        ? { ...answer, headers: answer.headers.filter((header) => !namesJwt(header)) }
        : answer,
  },
  {
    what: 'a redirect target such as `/..//evil.example`, and one with code behind a pattern of hosts',
    reason:
      'Whoever resolves such a path a second time reaches another host. `javascript://host/…` runs code in a page that opens it.',
    accepts: (_, gatehouse, step) =>
      HIDDEN_HOST.test(step) && /INVALID_\w*CALLBACK_URL|INVALID_REDIRECT_URL/.test(gatehouse.text),
  },
  {
    what: 'a sign-in ends only at the provider where it began, and a provider that always names its issuer must do so',
    reason:
      'Otherwise one bad provider of several could take over a sign-in at another one (RFC 9207, RFC 9700 §4.4).',
    accepts: (oracle, gatehouse, step) =>
      step.startsWith('GET /api/auth/callback/') &&
      oracle.status === 302 &&
      gatehouse.status === 302 &&
      gatehouse.headers.some(
        ([name, value]) =>
          name === 'location' && /[?&]error=(state_mismatch|issuer_missing)(#|$)/.test(value),
      ),
  },
  {
    what: 'an answer of a provider may have 1 MiB, and a redirect of an endpoint may not lead to another origin',
    reason:
      'A provider could otherwise fill the memory, or make the server ask other servers in its network.',
  },
];

/** A dot segment before two slashes, in JSON, a query or a form. */
const HIDDEN_HOST = /(?:\/|%2F)\.{1,2}(?:\/|%2F){2}/;

/** Gatehouse's JWT is up to 100 characters longer, because it has the claim `sid`. */
const isLongJwt = ({ headers }: Answer) =>
  headers.some(([name, value]) => name === 'set-auth-jwt' && value.length > LONGEST_HEADER - 100);

/** The header itself, or the one that lets scripts read it alone. */
const namesJwt = ([name, value]: Answer['headers'][number]) =>
  name === 'set-auth-jwt' || (name === 'access-control-expose-headers' && value === 'set-auth-jwt');

type UserClaims = Record<'name' | 'email' | 'emailVerified' | 'image' | 'updatedAt', string>;

/** The claims in the JWT that `get-session` sends as a header. */
function userIn({ headers }: Answer): UserClaims | undefined {
  const [, jwt] = headers.find(([name]) => name === 'set-auth-jwt') ?? [];
  if (jwt === undefined) return undefined;
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as UserClaims;
}

/** True if the user has changed between the two JWTs, or if only Better Auth sends one. */
function areOtherClaims(theirs: UserClaims | undefined, ours: UserClaims | undefined): boolean {
  if (!theirs || !ours) return theirs !== undefined;
  const told = ({ name, email, emailVerified, image }: UserClaims) =>
    JSON.stringify([name, email, emailVerified, image]);
  // The servers write the same change at slightly different times.
  const isLater = Date.parse(ours.updatedAt) - Date.parse(theirs.updatedAt) > 5000;
  return told(theirs) !== told(ours) || isLater;
}

/** Routes of plugins, and those of the core that plugins have hooks for. */
const AT_PLUGINS =
  /^(GET|POST) (\{link\}|\/api\/auth\/(sign-in|sign-up|update-user|admin|organization|two-factor|is-username|magic-link|email-otp|forget-password\/|phone-number|delete-anonymous|multi-session|one-time-token|device|passkey|api-key|oauth2|sso))/;

const tokenLines = ({ headers }: Answer) =>
  headers.filter(([name, value]) => name === 'set-cookie' && /^[\w.-]+session_token=/.test(value));
const isExpired = (answer: Answer) => tokenLines(answer).some(([, value]) => value.includes('=; Max-Age=0'));
const isSet = (answer: Answer) => tokenLines(answer).some(([, value]) => !value.includes('=; Max-Age=0'));

const isOfMultiSession = (name: string) => name.includes('_multi-');

/** False for a line that expires a cookie which a later line expires in the same words. */
const isLastOfItsKind = (header: Answer['headers'][number], at: number, all: Answer['headers']) =>
  header[0] !== 'set-cookie' ||
  !header[1].includes('Max-Age=0') ||
  !all.slice(at + 1).some((later) => later.join() === header.join());

const cookieNames = ({ headers }: Answer): string[] =>
  headers.flatMap(([name, value]) => (name === 'set-cookie' ? [value.split('=', 1)[0] ?? ''] : []));

/** Removes `sid` from each JWT. `eyJ` must start a word, because it also occurs by chance inside of a JWE. */
function withoutSessionId(text: string): string {
  return text.replace(/(?<![\w.-])eyJ[\w-]+\.([\w-]+)\.[\w-]+/g, (jwt, payload: string) => {
    const claims = Buffer.from(payload, 'base64url').toString();
    const without = claims.replace(/"sid":"[^"]*",/, '');
    return jwt.replace(payload, Buffer.from(without).toString('base64url'));
  });
}

const isPage = ({ headers }: Answer) =>
  headers.some(([name, value]) => name === 'content-type' && value.startsWith('text/html'));

const codeOf = (page: string) =>
  /CODE:\s*(?:<[^>]+>\s*)*([^<\s]+)/.exec(page)?.[1] ?? 'the page shows no code';

function withoutCors(headers: Answer['headers'], others: Answer['headers']): Answer['headers'] {
  const added = /^(access-control-allow-(origin|credentials)|vary)$/;
  const exposed = others.find(([name]) => name === 'access-control-expose-headers');
  return headers.flatMap(([name, value]) => {
    if (added.test(name)) return [];
    if (name !== 'access-control-expose-headers') return [[name, value] as const];
    const names = value.split(', ');
    return exposed && exposed[1].split(', ').every((one) => names.includes(one)) ? [exposed] : [];
  });
}
