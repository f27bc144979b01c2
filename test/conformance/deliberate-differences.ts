import type { Answer } from './side.js';

/** Where Gatehouse is meant to answer otherwise than Better Auth 1.7.25. Everything else that differs is a fault. */
export interface DeliberateDifference {
  readonly what: string;
  readonly reason: string;
  /** Takes the difference out of an answer, of either server, before the two are compared. */
  readonly without?: (answer: Answer, other: Answer, from: 'oracle' | 'gatehouse') => Answer;
  /** Whether these two answers, to this request, differ in this way and need not be compared further. */
  readonly accepts?: (oracle: Answer, gatehouse: Answer, step: string) => boolean;
}

/** What helmet sets, and the id under which the log tells of a request. */
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

export const DELIBERATE_DIFFERENCES: readonly DeliberateDifference[] = [
  {
    what: 'headers of helmet, and x-request-id',
    reason:
      'Browsers protect the answer better, and an operator finds the request in the log; no client reads them.',
    without: (answer) => ({
      ...answer,
      headers: answer.headers.filter(([name]) => !EXTRA_HEADERS.has(name)),
    }),
  },
  {
    what: 'the claim `sid` in JWTs',
    reason: 'A JWT stands and falls with its session here, so it names it.',
    without: (answer) => ({
      ...answer,
      text: withoutSessionId(answer.text),
      headers: answer.headers.map(([name, value]) => [name, withoutSessionId(value)] as const),
    }),
  },
  {
    what: '`set-auth-jwt` of `get-session` may be a minute old',
    reason:
      'Signing takes longer than the rest of the answer, so a JWT in which the same would stand is sent again for up to a minute. `GET /token` signs anew.',
  },
  {
    what: 'CORS headers for the other trusted origins, and their preflights',
    reason:
      'The original leaves CORS to the framework around it; here the front end is on another origin and nothing is around.',
    without: (answer, other, from) =>
      from === 'oracle' ? answer : { ...answer, headers: withoutCors(answer.headers, other.headers) },
    accepts: (oracle, gatehouse, step) =>
      step.startsWith('OPTIONS ') && oracle.status === 404 && gatehouse.status === 204,
  },
  {
    what: 'a JWT of the server as bearer token, and the routes `register`, `login` and `PUT user`',
    reason: 'For clients that keep a JWT; the original knows neither.',
  },
  {
    what: 'the error page',
    reason: 'It is our own page; the code in it is the same, and so is everything that a program could read.',
    without: (answer) => (isPage(answer) ? { ...answer, text: codeOf(answer.text) } : answer),
  },
  {
    what: 'a change-email confirmation opened twice mails once',
    reason:
      'Mail to the new address is not to be sent at the will of whoever holds the link (advisory A17); the answer is the same.',
    accepts: (oracle, gatehouse, step) =>
      step.endsWith('of a link opened twice') &&
      oracle.text.startsWith('3\n') &&
      gatehouse.text.startsWith('2\n'),
  },
  {
    what: 'mailed links signed by an older listed secret are still good',
    reason: 'Rotating the secret spoils no link that is on its way. The original takes the current one only.',
  },
  {
    what: 'mailed links of somebody banned sign nobody in',
    reason: 'Somebody banned has no session; without its admin plugin the original knows nobody banned.',
  },
  {
    what: 'never a 500 for what a client sends',
    reason:
      'Input that the original stumbles over, with an empty 500 or no answer at all, is refused, or passed over where it is a cookie.',
    accepts: (oracle, gatehouse) => oracle.status >= 500 && gatehouse.status < 500,
  },
  {
    what: 'update-user with an array or an object as name or image',
    reason:
      'The original stores the text that the PostgreSQL driver makes of it, which nobody can have meant.',
    accepts: (oracle, gatehouse) =>
      oracle.status === 200 &&
      gatehouse.status === 400 &&
      /\[body\.(name|image)\] Invalid input: expected string, received (array|object)/.test(gatehouse.text),
  },
  {
    what: 'an IPv4 address written as IPv6 in capital hexadecimal',
    reason:
      'The original takes it for the network of zeros, which all such clients would share (advisory A8).',
    accepts: (oracle, gatehouse) =>
      oracle.text.includes(`"${Array(8).fill('0000').join(':')}"`) && gatehouse.text.includes('"5.6.7.8"'),
  },
  {
    what: 'a bearer token with a valid signature and more behind it',
    reason:
      'It is passed over like every other bearer that is none; the original lets it hide a valid cookie.',
    accepts: (oracle, _gatehouse, step) => step.includes('Bearer {signed}.x') && oracle.text === 'null',
  },
  {
    what: 'no tokens of an account that is unlinked, out of its cookie',
    reason:
      'What was unlinked gives nothing any more; the original believes the account cookie for as long as it lasts.',
    accepts: (oracle, gatehouse, step) =>
      step.includes('"userId":"unlinked"') &&
      oracle.status === 200 &&
      gatehouse.text.includes('"ACCOUNT_NOT_FOUND"'),
  },
  {
    what: 'all the cookies of a session that a guarded route renews',
    reason:
      'Of what its session check sets, the original sends the last line alone (protocol.md §2.7): of a cache in chunks the last chunk, and of a session extended only the cache, so that the browser drops the token too early.',
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
];

const cookieNames = ({ headers }: Answer): string[] =>
  headers.flatMap(([name, value]) => (name === 'set-cookie' ? [value.split('=', 1)[0] ?? ''] : []));

/** Of JWTs, whose `eyJ` is never in the midst of something: in a JWE it may be by chance. */
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
  /CODE:\s*(?:<[^>]+>\s*)*([^<\s]+)/.exec(page)?.[1] ?? 'a page without a code';

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
