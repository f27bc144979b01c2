/** Only this many entries of the header are read. Browsers send a few. */
const MOST_RANGES = 20;

interface Range {
  /** In lower case. */
  readonly tag: string;
  /** From 0 to 1. 0 means that the language is not acceptable. */
  readonly weight: number;
}

/**
 * Returns the available locale that an `Accept-Language` header prefers (RFC 9110 §12.5.4): by weight, then by order.
 * Each tag is shortened from its end until a locale matches (RFC 4647 §3.4). The default is English.
 */
export function chooseLocale(header: string | undefined, available: readonly string[]): string {
  const ranges = parse(header ?? '');
  const refused = new Set(ranges.filter(({ weight }) => weight === 0).map(({ tag }) => tag));
  const wanted = ranges.filter(({ weight }) => weight > 0).toSorted((a, b) => b.weight - a.weight);
  for (const { tag } of wanted) {
    if (tag === '*') break;
    for (let cut = tag; cut !== ''; cut = shorten(cut)) {
      const found = refused.has(cut) ? undefined : available.find((locale) => locale.toLowerCase() === cut);
      if (found !== undefined) return found;
    }
  }
  return 'en';
}

function parse(header: string): Range[] {
  return header
    .split(',', MOST_RANGES)
    .map((item) => /^([a-z0-9-]{1,35}|\*)(?:\s*;\s*q=([01](?:\.\d{0,3})?))?$/i.exec(item.trim()))
    .filter((match) => match !== null)
    .map(([, tag = '', weight = '1']) => ({ tag: tag.toLowerCase(), weight: Math.min(1, Number(weight)) }));
}

/** Removes the last part of a tag, and also a single letter before it. */
function shorten(tag: string): string {
  return tag.replace(/(-[a-z0-9])?-?[a-z0-9]*$/, '');
}
