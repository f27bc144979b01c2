import { retryDelay } from './retry-delay.js';

const LONGEST_PAUSE = 60_000;

/**
 * Whether the mail server can be used at all. While it cannot, one mail at a time tries it, so that a thousand that
 * wait do not become a thousand connections; and once it can, none of them waits for an hour's pause of its own.
 */
export class Outage {
  private failures = 0;
  private until = 0;

  get active(): boolean {
    return this.failures > 0;
  }

  /** Milliseconds for which it is left alone. */
  get pause(): number {
    return Math.max(0, Math.ceil(this.until - performance.now()));
  }

  /** Attempts that ran side by side fail as one. Returns whether this is news. */
  begin(): boolean {
    if (this.pause > 0) return false;
    this.failures += 1;
    this.until = performance.now() + retryDelay(this.failures, LONGEST_PAUSE);
    return this.failures === 1;
  }

  /** Returns whether this is news. */
  end(): boolean {
    const was = this.active;
    this.failures = 0;
    this.until = 0;
    return was;
  }
}
