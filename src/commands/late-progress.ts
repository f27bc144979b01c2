/** Milliseconds after which the operator wants to know what takes so long. */
const PATIENCE = 1000;

/**
 * Tells on standard error what a program is doing, with the seconds since it started, if it takes longer than a second.
 * Standard output stays free for the result.
 */
export class LateProgress {
  private readonly began = performance.now();
  private part = '';
  private late = false;
  private readonly timer = setTimeout(() => {
    this.late = true;
    this.tell();
  }, PATIENCE);

  constructor(private readonly what: string) {}

  begin(part: string): void {
    this.part = part;
    if (this.late) this.tell();
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private tell(): void {
    if (!this.part) return;
    const seconds = ((performance.now() - this.began) / 1000).toFixed(1);
    process.stderr.write(`${this.what} ${this.part} … (${seconds} s)\n`);
  }
}
