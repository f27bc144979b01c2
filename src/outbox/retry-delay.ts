const FIRST = 1000;

/**
 * Returns milliseconds before the next attempt. They double each time up to `longest`, minus a random part of up to 25 %.
 */
export function retryDelay(failures: number, longest: number): number {
  const delay = Math.min(longest, FIRST * 2 ** Math.max(0, failures - 1));
  return Math.round(delay * (0.75 + Math.random() / 4));
}
