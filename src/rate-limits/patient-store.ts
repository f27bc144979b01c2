import { withDeadline } from '../concurrency/with-deadline.js';
import type { Logger } from '../logging/logger.js';
import { MemoryStore } from './memory-store.js';
import type { RateLimitRule } from './rate-limit-rules.js';
import type { RateLimitStore } from './rate-limit-store.js';

/** Milliseconds after which an answer counts as slow. */
const SLOW = 100;
/** Milliseconds that one request waits for a slow answer. */
const PATIENCE = 1000;
/** Milliseconds after a failure until the first probe. After each failed probe the pause is twice as long. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

interface Found {
  readonly verdict: number | undefined;
}

const verdictOf = (verdict: number | undefined): Found => ({ verdict });
const failed = () => 'failed' as const;

const late = () => new Error('The rate-limit store does not answer.');

/**
 * A store that other instances share, and that may fail or hang. Meanwhile this process counts alone, so that the failure
 * neither refuses nor allows all requests. While one request waits for a slow answer, no other does. After a failure no
 * request waits any more, until a probe is answered.
 */
export class PatientStore implements RateLimitStore {
  /** Failures of the shared store since the start of the process. */
  failures = 0;
  private readonly standIn = new MemoryStore();
  private isSlow = false;
  /** Milliseconds between two probes. 0 while the store answers. */
  private pause = 0;
  private probeAt = 0;
  private isProbing = false;

  constructor(
    private readonly shared: RateLimitStore,
    private readonly logger: Logger,
  ) {}

  async consume(key: string, rule: RateLimitRule): Promise<number | undefined> {
    if (this.pause > 0) void this.probe(key, rule);
    else if (!this.isSlow) return this.ask(key, rule);
    return this.standIn.consume(key, rule);
  }

  private async ask(key: string, rule: RateLimitRule): Promise<number | undefined> {
    const answer = this.shared.consume(key, rule);
    const quick = withDeadline(SLOW, answer.then(verdictOf, failed), late);
    const found = await quick.catch(() => this.wait(answer));
    // Requests that were sent together fail together, which counts once.
    if (found === 'failed' && this.pause === 0) this.fail();
    return typeof found === 'object' ? found.verdict : this.standIn.consume(key, rule);
  }

  private async wait(answer: Promise<number | undefined>): Promise<Found | 'failed' | 'counted alone'> {
    if (this.isSlow || this.pause > 0) return 'counted alone';
    this.isSlow = true;
    const found = await withDeadline(PATIENCE - SLOW, answer, late).then(verdictOf, failed);
    this.isSlow = false;
    return found;
  }

  private fail(): void {
    this.failures += 1;
    if (this.pause === 0)
      this.logger.warn(
        'the rate-limit store does not answer, so each process counts alone. Check REDIS_URL or the database',
      );
    this.pause = this.pause === 0 ? FIRST_PAUSE : Math.min(this.pause * 2, LONGEST_PAUSE);
    this.probeAt = performance.now() + this.pause;
  }

  private async probe(key: string, rule: RateLimitRule): Promise<void> {
    if (this.isProbing || performance.now() < this.probeAt) return;
    this.isProbing = true;
    try {
      await withDeadline(PATIENCE, this.shared.consume(key, rule), late);
      this.pause = 0;
      this.logger.warn('the rate-limit store answers again');
    } catch {
      this.fail();
    }
    this.isProbing = false;
  }
}
