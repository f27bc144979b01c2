const FIRST = 1000;

/** Milliseconds before the next attempt: doubled each time, up to `longest`, and scattered so that not all come at once. */
export function retryDelay(failures: number, longest: number): number {
  const delay = Math.min(longest, FIRST * 2 ** Math.max(0, failures - 1));
  return Math.round(delay * (0.75 + Math.random() / 4));
}
