/** A browser sends a handful; who sends more gets what the first ones ask for. */
const MOST_RANGES = 20;

interface Range {
  /** In lower case. */
  readonly tag: string;
  /** 0 to 1, 0: not acceptable. */
  readonly weight: number;
}

/**
 * The available locale an `Accept-Language` asks for first (RFC 9110 §12.5.4): by weight, then in order, each range cut
 * from its end until something fits (RFC 4647 §3.4). English when nothing does.
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
    .map((item) => /^\s*([a-z0-9-]{1,35}|\*)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(item))
    .filter((match) => match !== null)
    .map(([, tag = '', weight = '1']) => ({ tag: tag.toLowerCase(), weight: Math.min(1, Number(weight)) }));
}

/** Without its last part, nor the single letter that introduced it. */
function shorten(tag: string): string {
  return tag.replace(/(-[a-z0-9])?-?[a-z0-9]*$/, '');
}
