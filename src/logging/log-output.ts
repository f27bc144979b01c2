import { pino } from 'pino';

/** Milliseconds for which a line may wait for others, and characters that wait at the most. */
const GATHER_FOR = 10;
const GATHER_AT_MOST = 65_536;

/**
 * Standard output, lines written many at a time: a write takes the system longer than the line takes us. What waits is
 * written when the process ends, however it ends, unless it is killed.
 */
export class LogOutput {
  // A write that is only begun is lost when the process ends meanwhile.
  private readonly output = pino.destination({ dest: 1, sync: true });
  private waiting = '';
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    process.once('exit', () => this.flush());
  }

  write(line: string): void {
    this.waiting += line;
    if (this.waiting.length >= GATHER_AT_MOST) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), GATHER_FOR).unref();
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting !== '') this.output.write(this.waiting);
    this.waiting = '';
  }
}
