import { type CookieAttributes, serializeCookie } from './serialize-cookie.js';

/** Bytes of a whole `Set-Cookie` line. Every browser keeps a line of this size; Safari's limit is 4093. */
const MAX_COOKIE_SIZE = 4050;
/**
 * Characters of a value in all its chunks. Better Auth writes up to 100 chunks. But the browser must send them back, and
 * Node accepts 16 KiB of headers. With more, the server would refuse every request of the user, even the one to sign out.
 */
export const LONGEST_CHUNKED = 14_000;
/** 16 KiB of headers hold fewer full chunks. */
const MOST_CARRIED = 16;

/** True if the name is `<of>.0`, `<of>.1`, … (src/cookies/protocol.md, "Chunks"). */
export function isChunk(name: string, of: string): boolean {
  return name.startsWith(`${of}.`) && /^(0|[1-9]\d{0,14})$/.test(name.slice(of.length + 1));
}

/**
 * Names of the request's cookies that hold this value: the cookie itself and its chunks. Ignores further ones, which no
 * server wrote, because a request could otherwise make the answer expire hundreds of cookies.
 */
export function carriedParts(name: string, cookies: ReadonlyMap<string, string>): string[] {
  return [...cookies.keys()]
    .filter((carried) => carried === name || isChunk(carried, name))
    .slice(0, MOST_CARRIED);
}

/** The cookie's value. Joins the chunks if the request has no cookie with the whole value. */
export function readChunked(name: string, cookies: ReadonlyMap<string, string>): string | undefined {
  const whole = cookies.get(name);
  if (whole) return whole;
  const chunks = carriedParts(name, cookies).filter((carried) => carried !== name);
  if (chunks.length === 0) return undefined;
  const indexOf = (chunk: string) => Number(chunk.slice(name.length + 1));
  return chunks
    .toSorted((a, b) => indexOf(a) - indexOf(b))
    .map((chunk) => cookies.get(chunk) ?? '')
    .join('');
}

/**
 * The `Set-Cookie` lines for a value that may be too long for one cookie (src/cookies/protocol.md, "Chunks").
 * Also expires the parts of an earlier value that the request carries. If the value is too
 * long for that, nothing new is written.
 */
export function writeChunked(
  name: string,
  value: string,
  attributes: CookieAttributes,
  cookies: ReadonlyMap<string, string>,
): string[] {
  const expired = { ...attributes, maxAge: 0 };
  const lines = new Map(
    carriedParts(name, cookies).map((carried) => [carried, serializeCookie(carried, '', expired)]),
  );
  for (const [part, content] of partsOf(name, value, attributes)) {
    lines.set(part, serializeCookie(part, content, attributes));
  }
  return [...lines.values()];
}

function partsOf(name: string, value: string, attributes: CookieAttributes): [string, string][] {
  const size = MAX_COOKIE_SIZE - serializeCookie(`${name}.99`, '', attributes).length;
  const count = size > 0 ? Math.ceil(value.length / size) : Infinity;
  if (count <= 1) return [[name, value]];
  if (value.length > LONGEST_CHUNKED || count === Infinity) return [];
  return Array.from({ length: count }, (_, index) => [
    `${name}.${index}`,
    value.slice(index * size, (index + 1) * size),
  ]);
}
