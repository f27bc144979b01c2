/** The name without what differs between conventions: `is_active`, `isActive`, `IsActive` and `ISACTIVE` are equal. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** The first of `wanted` that `present` has in some spelling, as `present` spells it. */
export function findName(present: Iterable<string>, wanted: readonly string[]): string | undefined {
  const spelt = new Map<string, string>();
  for (const name of present) if (!spelt.has(plainName(name))) spelt.set(plainName(name), name);
  for (const name of wanted) {
    const found = spelt.get(plainName(name));
    if (found !== undefined) return found;
  }
  return undefined;
}
