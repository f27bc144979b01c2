/**
 * The queue holds as many waiting hashes as it may. The caller should answer 503, so that memory and delays do not
 * grow.
 */
export class HashQueueFullError extends Error {
  override readonly name = 'HashQueueFullError';
}

export interface HashQueueSettings {
  /** Tasks that run at once. libuv has 4 threads by default; using all of them delays file access and DNS. */
  readonly concurrency: number;
  /** Tasks that may wait besides those that run. */
  readonly limit: number;
}

/** Runs a limited number of tasks at once, in the order they were added. */
export class HashQueue {
  readonly #settings: HashQueueSettings;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(settings: HashQueueSettings) {
    this.#settings = settings;
  }

  /** Tasks that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Tasks that run. */
  get running(): number {
    return this.#running;
  }

  /**
   * Resolves or rejects with the task's result.
   * @throws {HashQueueFullError} if `limit` tasks already wait. The task is not run.
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await task();
    } finally {
      this.#pass();
    }
  }

  #turn(): Promise<void> | undefined {
    if (this.#running < this.#settings.concurrency) {
      this.#running += 1;
      return undefined;
    }
    if (this.#waiting.length >= this.#settings.limit) {
      throw new HashQueueFullError(`${this.#settings.limit} password hashes wait already.`);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives the place directly to the next waiting task, so that a new task cannot take it first. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
