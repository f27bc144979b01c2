import { pino } from 'pino';

/** Milliseconds for which a line may wait for others, and bytes that wait at the most. */
const GATHER_FOR = 10;
const GATHER_AT_MOST = 65_536;
/** Of UTF-8, for a character of a JavaScript string. */
const MOST_BYTES = 3;

/**
 * Standard output, lines written many at a time: a write takes the system longer than the line takes us. What waits is
 * written when the process ends, however it ends, unless it is killed.
 */
export class LogOutput {
  // A write that is only begun is lost when the process ends meanwhile.
  private readonly output = pino.destination({ dest: 1, sync: true });
  // Bytes at once: strings that wait would be copied about by every garbage collection.
  private readonly waiting = Buffer.allocUnsafe(GATHER_AT_MOST);
  private length = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    process.once('exit', () => this.flush());
  }

  write(line: string): void {
    const bytes = line.length * MOST_BYTES;
    if (this.length + bytes > GATHER_AT_MOST) this.flush();
    if (bytes > GATHER_AT_MOST) return void this.output.write(line);
    this.length += this.waiting.write(line, this.length);
    this.timer ??= setTimeout(() => this.flush(), GATHER_FOR).unref();
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const lines = this.waiting.toString('utf8', 0, this.length);
    this.length = 0;
    if (lines !== '') this.output.write(lines);
  }
}
