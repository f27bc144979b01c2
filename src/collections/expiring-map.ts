interface Entry<Value> {
  readonly value: Value;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Holds at most so many entries; the one written longest ago gives way. */
export class ExpiringMap<Value> {
  private readonly entries = new Map<string, Entry<Value>>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string, now: number): Value | undefined {
    const entry = this.entries.get(key);
    return entry && now < entry.expiresAt ? entry.value : undefined;
  }

  set(key: string, value: Value, expiresAt: number, now: number): void {
    this.entries.delete(key);
    this.entries.set(key, { value, expiresAt });
    this.shrink(now);
  }

  /** In the order of writing, a few at a time, so that no request pays for all those before it. */
  private shrink(now: number): void {
    let looked = 0;
    for (const [key, { expiresAt }] of this.entries) {
      if (this.entries.size <= this.capacity && (now < expiresAt || looked === 2)) return;
      this.entries.delete(key);
      looked += 1;
    }
  }
}
