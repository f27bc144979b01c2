import type { FastifyReply } from 'fastify';

/** Adds `Set-Cookie` lines to those there are. */
export function setCookies(reply: FastifyReply, lines: readonly string[]): void {
  if (lines.length > 0) replaceLines(reply, [...linesOf(reply), ...lines]);
}

/** Whether the answer sets or expires this cookie, whole or in chunks. */
export function isSet(reply: FastifyReply, name: string): boolean {
  return linesOf(reply).some((line) => cookieName(line) === name || cookieName(line).startsWith(`${name}.`));
}

/**
 * Adds `Set-Cookie` lines that expire cookies. What the answer would have set of them before is taken out, chunks
 * included: it must not even be seen in passing (protocol.md §2.6).
 */
export function expireCookies(reply: FastifyReply, lines: readonly string[]): void {
  const names = [...new Set(lines.map(cookieName))];
  const earlier = linesOf(reply).filter((line) => {
    const name = cookieName(line);
    return !names.some((expired) => name === expired || name.startsWith(`${expired}.`));
  });
  replaceLines(reply, [...earlier, ...lines]);
}

/** Keeps of several lines for one cookie the last, which is the one that counts (RFC 6265 §4.1.1). */
export function keepLastOfEachCookie(reply: FastifyReply): void {
  const lines = linesOf(reply);
  const last = new Map(lines.map((line, index) => [cookieName(line), index]));
  if (last.size < lines.length) {
    replaceLines(
      reply,
      lines.filter((line, index) => last.get(cookieName(line)) === index),
    );
  }
}

function linesOf(reply: FastifyReply): readonly string[] {
  const lines = reply.getHeader('set-cookie');
  if (lines === undefined) return [];
  return Array.isArray(lines) ? lines : [String(lines)];
}

/** Fastify would add to the lines there are. */
function replaceLines(reply: FastifyReply, lines: readonly string[]): void {
  reply.removeHeader('set-cookie');
  if (lines.length > 0) void reply.header('set-cookie', lines);
}

const cookieName = (line: string) => line.slice(0, line.indexOf('='));

/** Takes back what `exposeHeader` has named. */
export function concealHeader(reply: FastifyReply, name: string): void {
  const current = reply.getHeader('access-control-expose-headers');
  const names = typeof current === 'string' ? current.split(', ').filter((other) => other !== name) : [];
  if (names.length > 0) void reply.header('access-control-expose-headers', names.join(', '));
  else reply.removeHeader('access-control-expose-headers');
}

/** Names a header that scripts on another origin may read, beside those already named. */
export function exposeHeader(reply: FastifyReply, name: string): void {
  const current = reply.getHeader('access-control-expose-headers');
  const names = typeof current === 'string' ? current.split(', ') : [];
  if (!names.includes(name)) void reply.header('access-control-expose-headers', [...names, name].join(', '));
}
