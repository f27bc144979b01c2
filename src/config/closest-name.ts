/**
 * Returns the known name that differs from `name` by one or two letters, because `name` is probably a misspelling of it.
 */
export function closestName(name: string, known: readonly string[]): string | undefined {
  if (name.length < 8) return undefined;
  return known.find(
    (candidate) => Math.abs(candidate.length - name.length) <= 2 && distance(name, candidate) <= 2,
  );
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution);
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
