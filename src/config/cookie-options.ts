import type { CookieOverride } from '../cookies/session-cookies.js';
import type { CookieAttributes } from '../cookies/serialize-cookie.js';
import { butIs, type Parser } from './values.js';

type Check = (value: unknown) => boolean;

/** The characters that a cookie name may contain (RFC 9110 §5.6.2). */
const isToken: Check = (value) => typeof value === 'string' && /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value);
const isHost: Check = (value) =>
  typeof value === 'string' && /^\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value);
const isPath: Check = (value) => typeof value === 'string' && /^\/[^;\p{Cc}]*$/u.test(value);
const isFlag: Check = (value) => typeof value === 'boolean';
const isAge: Check = (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isSameSite: Check = (value) => typeof value === 'string' && /^(strict|lax|none)$/i.test(value);

/**
 * The attributes that can be configured, with the check and the description of their values
 * (src/cookies/protocol.md, "Attributes").
 */
const ATTRIBUTES: ReadonlyMap<string, readonly [Check, string]> = new Map(
  Object.entries<readonly [Check, string]>({
    domain: [isHost, 'a host name'],
    path: [isPath, 'a path that begins with a slash'],
    httpOnly: [isFlag, 'true or false'],
    secure: [isFlag, 'true or false'],
    sameSite: [isSameSite, '"strict", "lax" or "none"'],
    partitioned: [isFlag, 'true or false'],
    maxAge: [isAge, 'a whole number of seconds'],
  }),
);

/** Every `Set-Cookie` line begins with this text, so it may only contain characters of a cookie name. */
export const cookiePrefix: Parser<string> = (value) => {
  if (isToken(value)) return value;
  throw new Error(`made of letters, digits and marks such as - and _${butIs(value)}`);
};

export const cookieDomain: Parser<string> = (value) => {
  if (isHost(value)) return value;
  throw new Error(`a host name such as example.com${butIs(value)}`);
};

/** `advanced.defaultCookieAttributes`. */
export const cookieAttributes: Parser<CookieAttributes> = (value) => {
  const shape = 'JSON such as {"sameSite":"none","secure":true}';
  return attributesFrom(parseObject(value, shape), shape);
};

export type CookieOverrides = Readonly<Partial<Record<string, CookieOverride>>>;

/**
 * `advanced.cookies`: gives a cookie another name or other attributes. The keys are logical names. This parser does not
 * check that a cookie with such a name exists, because features add cookies.
 */
export const cookieOverrides: Parser<CookieOverrides> = (value) => {
  const shape = 'JSON such as {"session_token":{"name":"sid","attributes":{"sameSite":"strict"}}}';
  const overrides = Object.entries(parseObject(value, shape)).map(([cookie, given]) => {
    const { name, attributes, ...rest } = asObject(given, shape);
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) throw new Error(`${shape}; "${unknown}" is neither "name" nor "attributes"`);
    if (name !== undefined && !isToken(name))
      throw new Error(`${shape}; "name" of "${cookie}" is not a valid cookie name`);
    return [
      cookie,
      {
        ...(name === undefined ? {} : { name }),
        ...(attributes === undefined
          ? {}
          : { attributes: attributesFrom(asObject(attributes, shape), shape) }),
      },
    ];
  });
  return Object.fromEntries(overrides);
};

/** @throws {Error} whose message names the attribute. */
function attributesFrom(given: Record<string, unknown>, shape: string): CookieAttributes {
  for (const [name, value] of Object.entries(given)) {
    const [fits, what] = ATTRIBUTES.get(name) ?? [];
    if (!fits)
      throw new Error(
        `${shape}; "${name}" is not one of the attributes ${[...ATTRIBUTES.keys()].join(', ')}`,
      );
    if (!fits(value)) throw new Error(`${shape}; "${name}" must be ${what}`);
  }
  const { sameSite } = given;
  if (typeof sameSite !== 'string') return given;
  return { ...given, sameSite: sameSite.toLowerCase() as CookieAttributes['sameSite'] };
}

function parseObject(value: string, shape: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(value), shape);
  } catch {
    throw new Error(shape);
  }
}

function asObject(value: unknown, shape: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(shape);
}
