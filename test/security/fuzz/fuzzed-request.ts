import type { Route } from '../../documentation/document.js';
import type { Dice } from './dice.js';
import type { Identity } from './identities.js';
import { strangeBytes, strangeName, strangeObject, strangeText, strangeValue } from './strange-values.js';

export interface FuzzedRequest {
  /** Method and path of the route in the document that the request is made from. */
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | undefined;
}

/** What exists on the server. */
export interface Surroundings {
  readonly routes: readonly Route[];
  readonly origin: string;
  readonly identities: readonly Identity[];
  /** Those of them that have a session. */
  readonly members: readonly Identity[];
  /** Ids of rows that belong to the victim. */
  readonly foreign: readonly string[];
  /** Ids, e-mails and tokens, of the attackers themselves and public ones of their victim. */
  readonly known: readonly string[];
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND', 'TRACE'];

const TYPES = [
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/json;;',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/octet-stream',
  'a/b',
  ';',
  '',
];

const ODD_HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['origin', ['null', 'https://evil.example', 'x', '://', 'http://localhost', '']],
  ['referer', ['https://evil.example/x', 'x', 'http://[']],
  ['x-forwarded-for', ['', ',', '::', '::ffff:1.2.3.4%x', '1', 'é', '1.2.3.4, '.repeat(200)]],
  ['x-forwarded-host', ['evil.example', '[', 'a b']],
  ['x-forwarded-proto', ['https', 'javascript', ',']],
  ['host', ['evil.example', '[::1', '']],
  ['user-agent', ['', '\u00ff\u0080', 'x'.repeat(4000), "'--"]],
  ['accept-language', ['de', 'xx-'.repeat(500), '*;q=NaN', '__proto__', ';;q=0.5,,']],
  ['accept', ['text/html', '*/*;q=x', '']],
  ['accept-encoding', ['gzip', 'x']],
  ['content-encoding', ['gzip', 'br', 'x']],
  ['sec-fetch-site', ['cross-site', 'same-origin', 'x']],
  ['sec-fetch-mode', ['navigate', 'cors', '']],
  ['sec-fetch-dest', ['document', '']],
  ['x-captcha-response', ['x']],
  ['if-none-match', ['*', '"x"']],
  ['range', ['bytes=0-']],
];

/** Makes a request to a route of the OpenAPI document: a valid one, or one with some changes. */
export function fuzzedRequest(dice: Dice, surroundings: Surroundings): FuzzedRequest {
  const route = chosenRoute(dice, surroundings.routes);
  const isValid = dice.chance(0.25);
  const method = isValid || dice.chance(0.9) ? route.method : dice.one(METHODS);
  const { body, type } = bodyOf(dice, route, surroundings, isValid);
  const path = pathOf(dice, route, surroundings, isValid);
  return { route: route.name, method, path, body, headers: headersOf(dice, surroundings, type, isValid) };
}

/** A route with a password is chosen less often, because most of its time is the hash. */
function chosenRoute(dice: Dice, routes: readonly Route[]): Route {
  const route = dice.one(routes);
  const hashes = Object.keys(route.example ?? {}).some((name) => /password/i.test(name));
  return hashes && dice.chance(0.7) ? dice.one(routes) : route;
}

/** Fields that name a row. A check of its owner that is missing shows only with the id of somebody else's row. */
const NAMES_ROW = /(^i|I)d$/;

const aimsAtVictim = (dice: Dice, name: string) => NAMES_ROW.test(name) && dice.chance(0.4);

function pathOf(dice: Dice, route: Route, { known, foreign }: Surroundings, isValid: boolean): string {
  const path = route.path.replaceAll(/\{\w+\}/g, () =>
    encoded(dice.chance(0.6) ? dice.one(known) : strangeText(dice)),
  );
  const pairs = route.query.flatMap(({ name, example }) => {
    if (!isValid && dice.chance(0.3)) return [];
    if (aimsAtVictim(dice, name)) return [`${encoded(name)}=${encoded(dice.one(foreign))}`];
    const value =
      isValid || dice.chance(0.4) ? (example ?? dice.one(known)) : textOf(strangeValue(dice, known));
    return [`${encoded(name)}=${encoded(value)}`];
  });
  if (!isValid && dice.chance(0.2)) pairs.push(`${encoded(strangeName(dice))}=${encoded(strangeText(dice))}`);
  if (!isValid && dice.chance(0.1)) pairs.push(...pairs);
  if (!isValid && dice.chance(0.05)) pairs.push(dice.one(['%', '=&=&', '%zz', 'a[b]=c&a[b]=d', '#x']));
  const query = pairs.length > 0 ? `?${pairs.join('&')}` : '';
  if (isValid || dice.chance(0.95)) return path + query;
  return (
    dice.one(['/', path.toUpperCase(), `${path}/`, `/${path}`, `${path}%00`, `${path}/..`, `${path};x`]) +
    query
  );
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** The conversion to bytes replaces half surrogate pairs, which `encodeURIComponent` refuses. */
const encoded = (text: string) => encodeURIComponent(Buffer.from(text.slice(0, 6000)).toString());

interface Body {
  readonly body: Buffer | string | undefined;
  readonly type: string | undefined;
}

const NOTHING: Body = { body: undefined, type: undefined };

function bodyOf(dice: Dice, route: Route, { known, foreign }: Surroundings, isValid: boolean): Body {
  const type = 'application/json';
  if (route.example === undefined)
    return !isValid && dice.chance(0.1)
      ? { body: JSON.stringify(strangeObject(dice, known)), type }
      : NOTHING;
  const fields: Record<string, unknown> = { ...route.example, ...ownEmail(dice, route.example) };
  for (const name of Object.keys(fields)) if (aimsAtVictim(dice, name)) fields[name] = dice.one(foreign);
  if (isValid) return { body: JSON.stringify(fields), type };
  if (dice.chance(0.04)) return NOTHING;
  const changed = changedFields(dice, fields, known);
  const text = JSON.stringify(dice.chance(0.05) ? strangeValue(dice, known) : changed);
  if (dice.chance(0.1)) return { body: formOf(changed), type: 'application/x-www-form-urlencoded' };
  if (dice.chance(0.1)) return { body: strangeBytes(dice, text), type };
  return { body: text, type: dice.chance(0.06) ? dice.one(TYPES) : type };
}

/** An unused address, so that sign-up succeeds now and then. */
const ownEmail = (dice: Dice, example: Record<string, unknown>) =>
  'email' in example ? { email: `fuzz${dice.below(2 ** 31)}@example.com` } : {};

function changedFields(dice: Dice, fields: Record<string, unknown>, known: readonly string[]) {
  const changed: Record<string, unknown> = { ...fields };
  for (const name of Object.keys(fields)) {
    if (dice.chance(0.1)) delete changed[name];
    else if (dice.chance(0.35)) changed[name] = strangeValue(dice, known);
  }
  return dice.chance(0.3) ? { ...changed, ...strangeObject(dice, known) } : changed;
}

const formOf = (fields: Record<string, unknown>) =>
  Object.entries(fields)
    .map(([name, value]) => `${encoded(name)}=${encoded(textOf(value))}`)
    .join('&');

function headersOf(
  dice: Dice,
  { identities, members, origin }: Surroundings,
  type: string | undefined,
  isValid: boolean,
): Record<string, string> {
  const headers: Record<string, string> = {
    origin,
    ...dice.one(dice.chance(0.5) ? members : identities).headers(),
  };
  if (type !== undefined) headers['content-type'] = type;
  if (isValid) return headers;
  if (dice.chance(0.1)) delete headers['origin'];
  while (dice.chance(0.25)) {
    const [name, values] = dice.one(ODD_HEADERS);
    headers[name] = dice.one(values);
  }
  return headers;
}
