/**
 * The cookies of a `Cookie` header (RFC 6265 §5.4) in its order, values still URL-encoded. If a name occurs several
 * times, the first one counts (src/cookies/protocol.md, "Signed cookies"). Ignores pieces without `=`. If a
 * value begins with a double quote, removes its first and last character, as Better Auth's cookie parser in
 * better-call does.
 */
export function parseCookies(header: string | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const piece of header?.split(';') ?? []) {
    const equals = piece.indexOf('=');
    if (equals === -1) continue;
    const name = piece.slice(0, equals).trim();
    const value = piece.slice(equals + 1).trim();
    if (!cookies.has(name)) cookies.set(name, value.startsWith('"') ? value.slice(1, -1) : value);
  }
  return cookies;
}
