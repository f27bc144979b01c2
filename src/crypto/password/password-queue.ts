/**
 * The queue holds as many waiting hashes as it may, or this one would be computed too late. The caller should answer 503,
 * so that memory and delays do not grow.
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

/** The client that waits for a task, and until when the result is of use to it. */
export interface HashDemand {
  /** The client that asks for the task. Tasks of one client run in the order in which they were added. */
  readonly client?: string | undefined;
  /** By the monotonic clock, in milliseconds: a task that ends later is of no use. */
  readonly due?: number;
  /** True if nobody waits for the result any more. */
  readonly hasLeft?: (() => boolean) | undefined;
}

interface Waiting {
  readonly due: number;
  hasLeft(): boolean;
  start(): void;
  refuse(error: HashQueueFullError): void;
}

/** How much a new measurement counts in the mean duration: 0.1 is a tenth. */
const NEW_PART = 0.1;

const nobodyLeaves = () => false;

/**
 * Runs a limited number of tasks at once. The clients with waiting tasks take turns. If the queue is full, the client
 * with the most waiting tasks loses its newest one to a client that has fewer, so that no client can shut out the others.
 *
 * Under overload a task is of use only if it ends in time. So the queue refuses a task at once if it would end too late,
 * and skips tasks whose time is over or whose client has left.
 */
export class HashQueue {
  readonly #settings: HashQueueSettings;
  /** Waiting tasks by client. The first client is the next to get a turn. No list is empty. */
  readonly #waiting = new Map<string, Waiting[]>();
  #length = 0;
  #running = 0;
  /** Mean milliseconds that a task runs. */
  #duration = 0;

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
   * @throws {HashQueueFullError} if `limit` tasks already wait, none of them of a busier client, or if the task would end
   * too late. Also later, if the task waits and loses its place, its time is over or its client has left. The task is then
   * not run.
   */
  async run<T>(task: () => Promise<T>, demand: HashDemand = {}): Promise<T> {
    await this.#turn(demand);
    const begin = performance.now();
    try {
      return await task();
    } finally {
      this.#learn(performance.now() - begin);
      this.#pass();
    }
  }

  #turn({ client = '', due = Infinity, hasLeft = nobodyLeaves }: HashDemand): Promise<void> | undefined {
    if (this.#running < this.#settings.concurrency) {
      this.#running += 1;
      return undefined;
    }
    if (performance.now() + this.#timeUntilEnd(client) > due)
      throw new HashQueueFullError('A password hash would be computed too late.');
    if (this.#length >= this.#settings.limit) this.#makeRoom(client);
    return new Promise((start, refuse) => {
      const waiting = { due, hasLeft, start, refuse };
      const own = this.#waiting.get(client);
      if (own) own.push(waiting);
      else this.#waiting.set(client, [waiting]);
      this.#length += 1;
    });
  }

  /** Milliseconds until a new task of the client would end, if nobody leaves and nobody else comes. */
  #timeUntilEnd(client: string): number {
    const own = this.#waiting.get(client)?.length ?? 0;
    let ahead = own;
    for (const [other, { length }] of this.#waiting) if (other !== client) ahead += Math.min(length, own + 1);
    return ((ahead + 1) / this.#settings.concurrency + 1) * this.#duration;
  }

  #learn(duration: number): void {
    this.#duration =
      this.#duration === 0 ? duration : this.#duration + NEW_PART * (duration - this.#duration);
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
    for (let next = this.#next(); next; next = this.#next()) {
      const isTooLate = performance.now() + this.#duration > next.due;
      if (!isTooLate && !next.hasLeft()) {
        next.start();
        return;
      }
      next.refuse(new HashQueueFullError('A password hash has waited too long.'));
    }
    this.#running -= 1;
  }

  /** Takes the next task from the queue. Its client goes to the end, behind those that wait for their turn. */
  #next(): Waiting | undefined {
    const [next] = this.#waiting;
    if (!next) return undefined;
    const [client, tasks] = next;
    this.#waiting.delete(client);
    const task = tasks.shift();
    if (tasks.length > 0) this.#waiting.set(client, tasks);
    this.#length -= 1;
    return task;
  }
}
