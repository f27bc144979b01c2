import { Glob } from '../http/glob.js';

const globs = new Map<string, Glob>();

/**
 * True if a path matches the pattern of a rule (src/rate-limits/protocol.md, "Rules"). `*` matches any number
 * of characters except `/`, and `?` matches one of them. A segment `**` matches any number of segments, and
 * at the end any text. A pattern without `*` must equal the path.
 */
export function fitsPattern(path: string, pattern: string): boolean {
  if (!pattern.includes('*')) return path === pattern;
  let glob = globs.get(pattern);
  if (!glob) globs.set(pattern, (glob = Glob.ofPath(pattern)));
  return glob.matches(path);
}
