import { retryDelay } from '../outbox/retry-delay.js';

const LONGEST_PAUSE = 60_000;

/**
 * Knows whether the mail server can be used at all. During an outage only one mail at a time tries it, so that 1000
 * waiting mails do not open 1000 connections. The pause belongs to the server and not to each mail, so all mails are sent
 * soon after the outage.
 */
export class Outage {
  private failures = 0;
  private until = 0;

  get active(): boolean {
    return this.failures > 0;
  }

  /** Milliseconds until the next attempt. */
  get pause(): number {
    return Math.max(0, Math.ceil(this.until - performance.now()));
  }

  /**
   * Attempts that fail at the same time count as one.
   * @returns true if the outage has just begun.
   */
  begin(): boolean {
    if (this.pause > 0) return false;
    this.failures += 1;
    this.until = performance.now() + retryDelay(this.failures, LONGEST_PAUSE);
    return this.failures === 1;
  }

  /** @returns true if there was an outage. */
  end(): boolean {
    const was = this.active;
    this.failures = 0;
    this.until = 0;
    return was;
  }
}
