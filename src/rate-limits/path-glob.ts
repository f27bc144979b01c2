const globs = new Map<string, RegExp>();

/**
 * True if a path matches the pattern of a rule (src/rate-limits/protocol.md, "Rules"). `*` matches any number
 * of characters except `/`, and `?` matches one of them. A segment `**` matches any number of segments, and
 * at the end any text. A pattern without `*` must equal the path.
 */
export function fitsPattern(path: string, pattern: string): boolean {
  if (!pattern.includes('*')) return path === pattern;
  let glob = globs.get(pattern);
  if (!glob) globs.set(pattern, (glob = new RegExp(`^${sourceOf(pattern.split('/'))}$`, 's')));
  return glob.test(path);
}

/** The expression has no nested quantifiers, so it cannot take long on any path. */
function sourceOf(segments: readonly string[]): string {
  return segments
    .map((segment, index) => {
      const isLast = index === segments.length - 1;
      if (segment === '' && index > 0) return '';
      if (segment !== '**') return literal(segment) + separatorAfter(segments, index);
      if (isLast) return '.*';
      if (segments[index + 1] === '**') return '';
      return index === 0 ? '(?:.*/)?' : '/(?:.*/)?';
    })
    .join('');
}

function separatorAfter(segments: readonly string[], index: number): string {
  if (index === segments.length - 1) return '/*';
  return segments[index + 1] === '**' ? '' : '/+';
}

const literal = (segment: string) =>
  segment
    .replace(/[.+^${}()|[\]\\-]/g, '\\$&')
    .replace(/\*+/g, '[^/]*')
    .replace(/\?/g, '[^/]');
