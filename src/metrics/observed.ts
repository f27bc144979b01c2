/** Called when a piece of work has ended, with the error if it failed. */
type End = (error?: unknown) => void;

/** Called when a piece of work begins. Returns what to call when it ends. */
export type Watcher<About> = (about: About) => End;

/**
 * Work of one kind that metrics and traces follow. Those who do the work do not know who watches, so that a trace costs
 * nothing where nobody asks for one.
 */
export class Observed<About> {
  private readonly watchers: Watcher<About>[] = [];

  watch(watcher: Watcher<About>): void {
    this.watchers.push(watcher);
  }

  begin(about: About): End {
    const ends = this.watchers.map((watcher) => watcher(about));
    return (error) => {
      for (const end of ends) end(error);
    };
  }

  async run<Result>(about: About, work: () => Promise<Result>): Promise<Result> {
    const end = this.begin(about);
    try {
      const result = await work();
      end();
      return result;
    } catch (error) {
      end(error);
      throw error;
    }
  }
}

/** Returns a function that tells the seconds since now. */
export function stopwatch(): () => number {
  const began = performance.now();
  return () => (performance.now() - began) / 1000;
}
