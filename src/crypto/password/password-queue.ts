/** As many hashes wait as may: the caller should answer 503 rather than let memory and delay grow. */
export class HashQueueFullError extends Error {
  override readonly name = 'HashQueueFullError';
}

export interface HashQueueSettings {
  /** How many tasks run at once: more than libuv has threads (4) would starve files and DNS of them. */
  readonly concurrency: number;
  /** How many more may wait. */
  readonly limit: number;
}

/** Runs tasks in the order they came, a few at a time. */
export class HashQueue {
  readonly #settings: HashQueueSettings;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(settings: HashQueueSettings) {
    this.#settings = settings;
  }

  /** Tasks that wait for their turn. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Tasks under way. */
  get running(): number {
    return this.#running;
  }

  /**
   * What the task returns or throws.
   * @throws {HashQueueFullError} when `limit` tasks wait already; the task is then not run.
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

  /** Hands the place straight to the next in line, so that a newcomer cannot take it in between. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
