import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { dummyHash } from '../crypto/password/dummy-hash.js';
import { hashPassword, needsRehash, verifyPassword } from '../crypto/password/password-hasher.js';
import { HashQueue, HashQueueFullError } from '../crypto/password/password-queue.js';
import { lowerHashPriority } from '../crypto/password/thread-priority.js';
import { PASSWORD_HASHES } from './observed-hashes.js';
import { badRequest, overloaded } from '../errors/auth-error.js';

/** Seconds that a client is asked to wait when the hash queue is full. */
const RETRY_AFTER = 1;

/** Checks, hashes and verifies passwords as configured. A bounded queue runs the hashes off the event loop. */
@Injectable()
export class Passwords implements OnModuleInit {
  /** Features refuse a new password by throwing. */
  readonly checks: ((password: string) => Promise<void>)[] = [];
  private readonly queue: HashQueue;
  private started = 0;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.queue = new HashQueue({ concurrency: config.password.concurrency, limit: config.password.queue });
  }

  /**
   * Computes the dummy hash at start. Otherwise the first sign-in of an unknown user would wait for two hashes, and its
   * time would show that the user is unknown.
   */
  async onModuleInit(): Promise<void> {
    await Promise.all([dummyHash(this.config.password), this.yieldToOthers()]);
  }

  /** Number of hashes that wait in the queue. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Number of hashes being computed now. */
  get running(): number {
    return this.queue.running;
  }

  /** Number of hashes begun since the start, for new passwords and for verifications. */
  get computed(): number {
    return this.started;
  }

  /** @throws {AuthError} 400 `PASSWORD_TOO_SHORT` or `PASSWORD_TOO_LONG`. */
  requireAllowedLength(password: string): void {
    if (password.length < this.config.emailAndPassword.minPasswordLength)
      throw badRequest('PASSWORD_TOO_SHORT');
    this.requireNotTooLong(password);
  }

  /**
   * Call this before any hashing, because a long password must not cost the server time.
   * @throws {AuthError} 400 `PASSWORD_TOO_LONG`.
   */
  requireNotTooLong(password: string): void {
    if (password.length > this.config.emailAndPassword.maxPasswordLength)
      throw badRequest('PASSWORD_TOO_LONG');
  }

  /** @throws {AuthError} 503 when the queue is full; what a check of a feature throws. */
  async hash(password: string): Promise<string> {
    for (const check of this.checks) await check(password);
    return this.queued(() => hashPassword(password, this.config.password));
  }

  /** Like `hash`, but returns undefined when the queue is full. */
  async hashUnlessBusy(password: string): Promise<string | undefined> {
    try {
      return await this.run(() => hashPassword(password, this.config.password));
    } catch (error) {
      if (error instanceof HashQueueFullError) return undefined;
      throw error;
    }
  }

  /** @throws {AuthError} 503 when the queue is full. */
  verify(stored: string, password: string): Promise<boolean> {
    return this.queued(() => verifyPassword(stored, password, this.config.password.secrets));
  }

  /** Takes as long as `verify`. For a user who does not exist. */
  async pretendToVerify(password: string): Promise<void> {
    const stored = await dummyHash(this.config.password);
    await this.verify(stored, password);
  }

  needsRehash(stored: string, password: string): boolean {
    return needsRehash(stored, password, this.config.password);
  }

  /** Ignores a failure, because some containers forbid it. Hashes then keep the normal priority. */
  private async yieldToOthers(): Promise<void> {
    await lowerHashPriority().catch(() => {});
  }

  private async queued<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await this.run(task);
    } catch (error) {
      if (error instanceof HashQueueFullError) throw overloaded(RETRY_AFTER);
      throw error;
    }
  }

  private async run<T>(task: () => Promise<T>): Promise<T> {
    const leaveQueue = PASSWORD_HASHES.begin({ phase: 'wait' });
    let begun = false;
    try {
      return await this.queue.run(() => {
        begun = true;
        leaveQueue();
        // Counted when it begins, so that tasks refused by a full queue are not counted.
        this.started += 1;
        return PASSWORD_HASHES.run({ phase: 'compute' }, task);
      });
    } catch (error) {
      if (!begun) leaveQueue(error);
      throw error;
    }
  }
}
