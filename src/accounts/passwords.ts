import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { dummyHash } from '../crypto/password/dummy-hash.js';
import { hashPassword, needsRehash, verifyPassword } from '../crypto/password/password-hasher.js';
import { HashQueue, HashQueueFullError } from '../crypto/password/password-queue.js';
import { lowerHashPriority } from '../crypto/password/thread-priority.js';
import { badRequest, overloaded } from '../errors/auth-error.js';

/** Seconds after which a client may try again when the hash queue is full. */
const RETRY_AFTER = 1;

/** Passwords as the configuration wants them: lengths, format of new hashes, and a bounded queue off the event loop. */
@Injectable()
export class Passwords implements OnModuleInit {
  private readonly queue: HashQueue;
  private started = 0;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.queue = new HashQueue({ concurrency: config.password.concurrency, limit: config.password.queue });
  }

  /** So that the first unknown user does not wait for two hashes and thereby show. */
  async onModuleInit(): Promise<void> {
    await Promise.all([dummyHash(this.config.password), this.yieldToOthers()]);
  }

  /** Hashes that wait for their turn. */
  get waiting(): number {
    return this.queue.length;
  }

  get running(): number {
    return this.queue.running;
  }

  /** Hashes computed since the start, for new passwords and for given ones. */
  get computed(): number {
    return this.started;
  }

  /** @throws {AuthError} 400 `PASSWORD_TOO_SHORT` or `PASSWORD_TOO_LONG`. */
  requireAllowedLength(password: string): void {
    if (password.length < this.config.emailAndPassword.minPasswordLength)
      throw badRequest('PASSWORD_TOO_SHORT');
    this.requireNotTooLong(password);
  }

  /** Before anything is hashed: the length of a password must not cost us time. */
  requireNotTooLong(password: string): void {
    if (password.length > this.config.emailAndPassword.maxPasswordLength)
      throw badRequest('PASSWORD_TOO_LONG');
  }

  /** @throws {AuthError} 503 when the queue is full. */
  hash(password: string): Promise<string> {
    return this.queued(() => hashPassword(password, this.config.password));
  }

  /** As `hash`, but undefined when the queue is full. */
  async hashUnlessBusy(password: string): Promise<string | undefined> {
    try {
      return await this.queue.run(this.counted(() => hashPassword(password, this.config.password)));
    } catch (error) {
      if (error instanceof HashQueueFullError) return undefined;
      throw error;
    }
  }

  /** @throws {AuthError} 503 when the queue is full. */
  verify(stored: string, password: string): Promise<boolean> {
    return this.queued(() => verifyPassword(stored, password));
  }

  /** Takes the time `verify` takes, for a user who is not there. */
  async pretendToVerify(password: string): Promise<void> {
    const stored = await dummyHash(this.config.password);
    await this.verify(stored, password);
  }

  needsRehash(stored: string, password: string): boolean {
    return needsRehash(stored, password, this.config.password);
  }

  /** Where it is forbidden, in some containers, hashes are as important as everything else. */
  private async yieldToOthers(): Promise<void> {
    await lowerHashPriority().catch(() => {});
  }

  private async queued<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await this.queue.run(this.counted(task));
    } catch (error) {
      if (error instanceof HashQueueFullError) throw overloaded(RETRY_AFTER);
      throw error;
    }
  }

  /** Counts what is begun, and not what is turned away. */
  private counted<T>(task: () => Promise<T>): () => Promise<T> {
    return () => {
      this.started += 1;
      return task();
    };
  }
}
