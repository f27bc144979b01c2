/**
 * The cookies the browser sent with one request and the `Set-Cookie` lines of its answer. Independent of the HTTP
 * server.
 */
export class CookieJar {
  private lines: readonly string[] = [];

  /** @param carried the request's cookies by name, still URL-encoded. */
  constructor(readonly carried: ReadonlyMap<string, string>) {}

  get setCookies(): readonly string[] {
    return this.lines;
  }

  /** The value in the `Set-Cookie` line for this cookie, still URL-encoded; undefined if the answer does not set it. */
  valueSet(name: string): string | undefined {
    const line = this.lines.findLast((candidate) => nameIn(candidate) === name);
    return line?.slice(name.length + 1).split(';', 1)[0] || undefined;
  }

  /** True if the answer sets or expires this cookie, whole or in chunks. */
  sets(name: string): boolean {
    return this.lines.some((line) => isNamed(line, name));
  }

  set(lines: readonly string[]): void {
    if (lines.length > 0) this.lines = [...this.lines, ...lines];
  }

  /** Forgets all lines that were set before. */
  replaceAll(lines: readonly string[]): void {
    this.lines = [...lines];
  }

  /**
   * Adds lines that expire cookies. Removes earlier lines for the same cookies and their chunks, because the answer
   * must not contain a value that is no longer valid (src/cookies/protocol.md, "Deletion set").
   */
  expire(lines: readonly string[]): void {
    const names = [...new Set(lines.map(nameIn))];
    this.lines = [...this.lines.filter((line) => !names.some((name) => isNamed(line, name))), ...lines];
  }

  /** Keeps only the last line for each cookie, because browsers use the last one (RFC 6265 §4.1.1). */
  keepLastOfEachCookie(): void {
    const last = new Map(this.lines.map((line, index) => [nameIn(line), index]));
    if (last.size < this.lines.length)
      this.lines = this.lines.filter((line, index) => last.get(nameIn(line)) === index);
  }
}

const nameIn = (line: string) => line.slice(0, line.indexOf('='));

const isNamed = (line: string, name: string) => nameIn(line) === name || nameIn(line).startsWith(`${name}.`);
