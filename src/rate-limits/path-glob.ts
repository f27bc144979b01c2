const globs = new Map<string, RegExp>();

/**
 * Whether a path fits a rule's pattern: `*` is any run of characters but `/`, `?` one such character, a segment `**`
 * any number of segments, at the end any characters whatever (protocol.md §6). Without `*` it is the path itself.
 */
export function fitsPattern(path: string, pattern: string): boolean {
  if (!pattern.includes('*')) return path === pattern;
  let glob = globs.get(pattern);
  if (!glob) globs.set(pattern, (glob = new RegExp(`^${sourceOf(pattern.split('/'))}$`, 's')));
  return glob.test(path);
}

/** No quantifier stands in another one, so that no path takes long to refuse. */
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
