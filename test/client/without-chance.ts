/** The same value with ids and tokens numbered in the order in which they appear, and times as their distance from now. */
export function withoutChance(value: unknown): unknown {
  const numbers = new Map<string, string>();
  const replaced = (part: unknown): unknown => {
    if (part instanceof Date)
      return `${Math.round((part.getTime() - Date.now()) / 600_000) * 10} minutes from now`;
    if (typeof part === 'string' && /^[A-Za-z0-9]{32}$/.test(part)) {
      if (!numbers.has(part)) numbers.set(part, `id ${numbers.size + 1}`);
      return numbers.get(part);
    }
    if (Array.isArray(part)) return part.map(replaced);
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, replaced(inner)]));
  };
  return replaced(value);
}
