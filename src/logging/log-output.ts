import { pino } from 'pino';

/** Milliseconds that a line may wait for others, and bytes that may wait. */
const GATHER_FOR = 10;
const GATHER_AT_MOST = 65_536;
/** UTF-8 bytes that one unit of a JavaScript string needs at most. */
const MOST_BYTES = 3;

/**
 * Writes lines to standard output, many at a time, because a write costs more than making the line. Waiting lines are
 * also written when the process exits; they are lost only if it is killed.
 */
export class LogOutput {
  // Synchronous, because an unfinished asynchronous write is lost when the process ends.
  private readonly output = pino.destination({ dest: 1, sync: true });
  // A Buffer instead of strings, because each garbage collection would copy strings that wait.
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
