export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)];
}

/** A figure with its target, which is a minimum for `atLeast` and a maximum for `atMost`. */
export const atLeast = (what, value, target, unit = '×') => ({
  what,
  value,
  target,
  unit,
  sign: '≥',
  met: value >= target,
});
export const atMost = (what, value, target, unit = '×') => ({
  what,
  value,
  target,
  unit,
  sign: '≤',
  met: value <= target,
});

export const shown = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
