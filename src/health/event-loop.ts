import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** Milliseconds between two looks at the clock. */
const EVERY = 500;
/** Milliseconds that the event loop may be late before the process counts as stalled. */
const STALLED = 5000;
/** Milliseconds for which a stall is reported, so that a probe that comes every 10 s sees it. */
const REPORTED = 15_000;

/** Notices when the event loop was blocked, so that nobody was answered. */
@Injectable()
export class EventLoop implements OnApplicationShutdown {
  private lookedAt = performance.now();
  private stalledAt = -Infinity;
  private readonly timer = setInterval(() => this.look(), EVERY).unref();

  get hasStalled(): boolean {
    this.look();
    return performance.now() - this.stalledAt < REPORTED;
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = performance.now();
    if (now - this.lookedAt > EVERY + STALLED) this.stalledAt = now;
    this.lookedAt = now;
  }
}
