/** Replaces ids and tokens by numbers in order of appearance, and times by their distance from now. */
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
