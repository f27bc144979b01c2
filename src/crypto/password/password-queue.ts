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

interface Waiting {
  start(): void;
  refuse(error: HashQueueFullError): void;
}

/**
 * Runs a limited number of tasks at once. The clients with waiting tasks take turns. If the queue is full, the client
 * with the most waiting tasks loses its newest one to a client that has fewer, so that no client can shut out the others.
 */
export class HashQueue {
  readonly #settings: HashQueueSettings;
  /** Waiting tasks by client. The first client is the next to get a turn. No list is empty. */
  readonly #waiting = new Map<string, Waiting[]>();
  #length = 0;
  #running = 0;

  constructor(settings: HashQueueSettings) {
    this.#settings = settings;
  }

  /** Tasks that wait. */
  get length(): number {
    return this.#length;
  }

  /** Tasks that run. */
  get running(): number {
    return this.#running;
  }

  /**
   * Resolves or rejects with the task's result.
   * @param client whose task it is. Tasks of the same client run in the order they were added.
   * @throws {HashQueueFullError} if `limit` tasks already wait, none of them of a busier client. Also later, if the task
   * waits and loses its place. The task is then not run.
   */
  async run<T>(task: () => Promise<T>, client = ''): Promise<T> {
    await this.#turn(client);
    try {
      return await task();
    } finally {
      this.#pass();
    }
  }

  #turn(client: string): Promise<void> | undefined {
    if (this.#running < this.#settings.concurrency) {
      this.#running += 1;
      return undefined;
    }
    if (this.#length >= this.#settings.limit) this.#makeRoom(client);
    return new Promise((start, refuse) => {
      const own = this.#waiting.get(client);
      if (own) own.push({ start, refuse });
      else this.#waiting.set(client, [{ start, refuse }]);
      this.#length += 1;
    });
  }

  /** @throws {HashQueueFullError} if no client has at least two more waiting tasks than this one. */
  #makeRoom(client: string): void {
    const own = this.#waiting.get(client)?.length ?? 0;
    const [busiest, tasks] = [...this.#waiting].reduce(
      (most, entry) => (entry[1].length > most[1].length ? entry : most),
      ['', []] as [string, Waiting[]],
    );
    const full = new HashQueueFullError(`${this.#settings.limit} password hashes wait already.`);
    if (tasks.length < own + 2) throw full;
    tasks.pop()?.refuse(full);
    this.#length -= 1;
    if (tasks.length === 0) this.#waiting.delete(busiest);
  }

  /** Gives the place directly to the next waiting task, so that a new task cannot take it first. */
  #pass(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#running -= 1;
      return;
    }
    const [client, tasks] = next;
    // The client goes to the end, behind those that wait for their turn.
    this.#waiting.delete(client);
    const task = tasks.shift();
    if (tasks.length > 0) this.#waiting.set(client, tasks);
    this.#length -= 1;
    task?.start();
  }
}
