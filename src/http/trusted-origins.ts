import { isIPv4 } from 'node:net';
import { Glob } from './glob.js';
import { locationOf } from './location.js';

/** Characters of a redirect target as it stands in the header. With what is added, the header stays below 4 KB. */
const LONGEST_TARGET = 2048;

/** True if one of the trusted patterns matches the origin (src/http/protocol.md, "Trusted URLs"). */
export function isTrustedOrigin(origin: string, trusted: readonly string[]): boolean {
  return !origin.startsWith('/') && trusted.some((pattern) => matches(origin, pattern));
}

/** True for a URL of a trusted origin, and for a path on this server that no browser could take for another host. */
export function isTrustedRedirect(target: string, trusted: readonly string[]): boolean {
  if (target.length > LONGEST_TARGET || locationOf(target).length > LONGEST_TARGET) return false;
  return target.startsWith('/') ? isSafePath(target) : isTrustedOrigin(target, trusted);
}

const CONTROL = /\p{Cc}/u;

function isSafePath(target: string): boolean {
  if (target.startsWith('//') || target.includes('\\') || CONTROL.test(target)) return false;
  const path = target.split(/[?#]/, 1)[0] ?? '';
  if (/%2f|%5c/i.test(path)) return false;
  const base = 'https://base.invalid';
  if (!URL.canParse(target, base)) return false;
  const { origin, pathname } = new URL(target, base);
  // `/..//evil.example` becomes `//evil.example`, which is another host for whoever resolves it a second time.
  return origin === base && !pathname.startsWith('//');
}

/** A browser would run or show what stands in such a URL, so no pattern admits one. */
const CODE = /^(javascript|data|vbscript):$/;
/** Schemes that lead to no other host, so a pattern of hosts does not admit them. */
const LOCAL = /^(blob|file|filesystem|view-source|about):$/;

function matches(candidate: string, pattern: string): boolean {
  const wild = /[*?]/.test(pattern);
  const url = URL.canParse(candidate) ? new URL(candidate) : undefined;
  if (url && CODE.test(url.protocol)) return false;
  if (wild && !pattern.includes('://')) {
    return (
      !!url?.host && !LOCAL.test(url.protocol) && fits(url.host, pattern) && admitsAddress(pattern, url.host)
    );
  }
  if (!url || /^https?:$/.test(url.protocol)) {
    if (!url) return false;
    if (!wild) return pattern === url.origin;
    return (
      fits(url.origin, pattern) &&
      admitsAddress(pattern.split('://')[1] ?? '', url.origin.split('://')[1] ?? '')
    );
  }
  return matchesCustomScheme(candidate, pattern, wild);
}

/** For schemes such as `myapp://`. The scheme must be equal, and so must authority and path if the pattern has them. */
function matchesCustomScheme(candidate: string, pattern: string, wild: boolean): boolean {
  const given = splitScheme(candidate, false);
  const wanted = splitScheme(pattern, wild);
  if (!given || !wanted || given.scheme !== wanted.scheme) return false;
  if (wild) {
    if (given.authority.includes('@')) return false;
    const authorityFits =
      !wanted.authority ||
      (fits(given.authority, wanted.authority) && admitsAddress(wanted.authority, given.authority));
    return authorityFits && (!wanted.path || fits(given.path || '/', wanted.path));
  }
  if (wanted.authority && given.authority !== wanted.authority) return false;
  return !wanted.path || given.path === wanted.path || given.path.startsWith(`${wanted.path}/`);
}

/** Uses string operations, because JavaScript engines parse URLs of unknown schemes differently. */
function splitScheme(value: string, wild: boolean) {
  const match = /^([^:]+):(?:\/\/)?(.*)$/s.exec(value);
  if (!match || CONTROL.test(value)) return undefined;
  const [, scheme = '', rest = ''] = match;
  const hasAuthority = value.startsWith('//', scheme.length + 1);
  const end = hasAuthority ? rest.search(wild ? /[/#]/ : /[/?#]/) : 0;
  const authority = end < 0 ? rest : rest.slice(0, end);
  const tail = end < 0 ? '' : rest.slice(end);
  return {
    scheme: scheme.toLowerCase(),
    authority: authority.toLowerCase(),
    path: resolvePath(tail.split(wild ? '#' : /[?#]/, 1)[0] ?? ''),
  };
}

function resolvePath(path: string): string {
  const resolved: string[] = [];
  for (const segment of decoded(path).split('/')) {
    if (segment === '..') resolved.pop();
    else if (segment !== '.' && segment !== '') resolved.push(segment);
  }
  return resolved.length > 0 ? `/${resolved.join('/')}` : '';
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** `10.*` is a pattern for IP addresses, so it must not match the host `10.evil.example`. */
function admitsAddress(pattern: string, authority: string): boolean {
  const host = pattern.split(':', 1)[0] ?? '';
  return !/^(?=.*\d)[\d*?.]+$/.test(host) || isIPv4(authority.split(':', 1)[0] ?? '');
}

const globs = new Map<string, Glob>();

function fits(text: string, pattern: string): boolean {
  let glob = globs.get(pattern);
  if (!glob) globs.set(pattern, (glob = Glob.ofText(pattern)));
  return glob.matches(text);
}
