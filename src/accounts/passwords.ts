import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { withDeadline } from '../concurrency/with-deadline.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { dummyHash } from '../crypto/password/dummy-hash.js';
import { EvenVerifier } from '../crypto/password/even-verifier.js';
import { formatOf } from '../crypto/password/formats.js';
import { hashPassword, needsRehash } from '../crypto/password/password-hasher.js';
import { HashQueue, HashQueueFullError } from '../crypto/password/password-queue.js';
import { lowerHashPriority } from '../crypto/password/thread-priority.js';
import { badRequest, overloaded } from '../errors/auth-error.js';
import type { Client } from '../http/client.js';
import { PASSWORD_HASHES } from './observed-hashes.js';
import { PasswordGates } from './password-gates.js';
import { PasswordRules, type PasswordOwner } from './password-rules.js';

/** Seconds that a client is asked to wait when the hash queue is full. */
const RETRY_AFTER = 1;
/**
 * The part of a request's time until its hash must be computed. Under overload the queue is always as long as this allows,
 * and visitors who have waited for most of the time leave just before they are served.
 */
const HASHED_WITHIN = 0.5;

/** Checks, hashes and verifies passwords as configured. A bounded queue runs the hashes off the event loop. */
@Injectable()
export class Passwords implements OnModuleInit {
  private readonly queue: HashQueue;
  private readonly verifier: EvenVerifier;
  private started = 0;
  private roundsSpent = 0;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly rules: PasswordRules,
    private readonly gates: PasswordGates,
  ) {
    this.verifier = new EvenVerifier(config.password, config.password.secrets);
    this.queue = new HashQueue({ concurrency: config.password.concurrency, limit: config.password.queue });
  }

  /**
   * Computes the dummy hash at start. Otherwise the first sign-in of an unknown user would wait for two hashes, and its
   * time would show that the user is unknown.
   */
  async onModuleInit(): Promise<void> {
    await Promise.all([this.verifier.start(), this.yieldToOthers()]);
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

  /** Work done since the start to compare passwords, in rounds of bcrypt. */
  get rounds(): number {
    return this.roundsSpent;
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

  /**
   * The hash of a new password.
   * @throws {AuthError} 400 if a rule refuses the password; 503 when the queue is full.
   */
  async hash(password: string, owner: PasswordOwner, client: Client): Promise<string> {
    const refusal = await this.rules.refuse(password, owner);
    if (refusal) throw refusal;
    return this.hashOfAny(password, client);
  }

  /**
   * A hash that the rules for new passwords do not concern: of a random text, or for a plugin with rules of its own.
   * @throws {AuthError} 503 when the queue is full.
   */
  hashOfAny(password: string, client?: Client): Promise<string> {
    return this.queued(() => hashPassword(password, this.config.password), client);
  }

  /** A new hash of a password that the user already has. Undefined when the queue is full. */
  async rehash(password: string, client: Client): Promise<string | undefined> {
    try {
      return await this.run(() => hashPassword(password, this.config.password), client);
    } catch (error) {
      if (error instanceof HashQueueFullError) return undefined;
      throw error;
    }
  }

  /**
   * Compares a password with stored hashes. Only `PasswordCheck` calls this for a request. It takes as long without
   * hashes, for a user who does not exist, as for any hash that the password does not match.
   * @returns the index of the matching hash, or undefined.
   * @throws {AuthError} 503 when the queue is full.
   */
  async compare(stored: readonly string[], password: string, client?: Client): Promise<number | undefined> {
    const { match, pause, rounds } = await this.queued(() => this.verifier.compare(stored, password), client);
    this.roundsSpent += rounds;
    if (pause > 0) await sleep(pause);
    return match;
  }

  /** Tells the gates that the owner has proven who they are without a password, such as by a mailed link. */
  trust(owner: PasswordOwner, client: Client): Promise<void> {
    return this.gates.trust({ address: owner.email, owner, client });
  }

  /** Learns what a stored hash costs, so that refusals for other users take as long. */
  learn(stored: string): Promise<void> {
    return this.verifier.learn(stored);
  }

  /**
   * True if a verified password should get a new hash. With a function of the team, it should if the stored hash has
   * another format than the function makes.
   */
  async needsRehash(stored: string, password: string): Promise<boolean> {
    const { password: settings } = this.config;
    if (!settings.functions?.hash) return needsRehash(stored, password, settings);
    return formatOf(stored) !== formatOf(await dummyHash(settings));
  }

  /** Ignores a failure, because some containers forbid it. Hashes then keep the normal priority. */
  private async yieldToOthers(): Promise<void> {
    await lowerHashPriority().catch(() => {});
  }

  /** A function of the team may never return. Then others must be able to use its place in the queue. */
  private inTime<T>(task: () => Promise<T>): Promise<T> {
    const { password, requestDeadline } = this.config;
    if (!password.functions) return task();
    return withDeadline(
      requestDeadline * 1000,
      task(),
      () => new Error('The function for passwords of the module in PLUGINS does not return.'),
    );
  }

  private async queued<T>(task: () => Promise<T>, client: Client | undefined): Promise<T> {
    try {
      return await this.run(task, client);
    } catch (error) {
      if (error instanceof HashQueueFullError) throw overloaded(RETRY_AFTER);
      throw error;
    }
  }

  private async run<T>(task: () => Promise<T>, client: Client | undefined): Promise<T> {
    const leaveQueue = PASSWORD_HASHES.begin({ phase: 'wait' });
    const due = performance.now() + this.config.requestDeadline * 1000 * HASHED_WITHIN;
    let begun = false;
    try {
      return await this.queue.run(
        () => {
          begun = true;
          leaveQueue();
          // Counted when it begins, so that tasks refused by the queue are not counted.
          this.started += 1;
          return PASSWORD_HASHES.run({ phase: 'compute' }, () => this.inTime(task));
        },
        { client: client?.network, due, hasLeft: client?.hasLeft },
      );
    } catch (error) {
      if (!begun) leaveQueue(error);
      throw error;
    }
  }
}
